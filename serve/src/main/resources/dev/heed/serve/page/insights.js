// What the library says of every head on this text: how it spreads its attention, and the role that its pattern fits.

import {isGivenUp, json} from "./api.js";
import {onTrace, subject} from "./data.js";
import {digits, notice} from "./dom.js";
import {addOverlay, repaint, setRoles} from "./grid.js";

/** @import {HeadInsight} from "./types.js" */

/** @type {Map<string, HeadInsight>} */
let heads = new Map();
/** @type {Record<string, string>} */
const SHORT = {previous: "prev", current: "self", first: "first", duplicate: "dup", induction: "ind"};

export function begin() {
  setRoles(place => SHORT[of(place)?.role ?? ""] ?? "");
  addOverlay("focus", {value: place => of(place)?.focus, text: digits, signed: false,
    caption: "Focus: 1 where a head looks at one token alone, 0 where it looks at all alike (1 less entropy over log of the keys seen)."});
  addOverlay("sink", {value: place => of(place)?.sink, text: digits, signed: false,
    caption: "Sink: how much of its attention a head rests on the first token, on average."});
  onTrace(() => { heads = new Map(); void ask(); });
}

/** @param {{layer: number, head: number}} place */
function of({layer, head}) {
  return heads.get(`${layer}.${head}`);
}

async function ask() {
  try {
    const answer = await json("heads", subject(), "heads");
    heads = new Map(answer.heads.map((/** @type {HeadInsight} */ one) => [`${one.layer}.${one.head}`, one]));
    repaint();
  } catch (error) {
    if (!isGivenUp(error)) notice(String(/** @type {Error} */ (error).message));
  }
}
