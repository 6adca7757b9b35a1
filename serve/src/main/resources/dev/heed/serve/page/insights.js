// What the library says of every head on this text: how it spreads its attention, and the role that its pattern fits.

import {isGivenUp, json} from "./api.js";
import {onTrace, subject} from "./data.js";
import {byId, digits, make, notice} from "./dom.js";
import {addOverlay, repaint, setInsights, setTable} from "./grid.js";

/** @import {HeadInsight, Place} from "./types.js" */

/** @type {Map<string, HeadInsight>} */
let heads = new Map();
/** @type {Record<string, string>} */
const SHORT = {previous: "prev", current: "self", first: "first", duplicate: "dup", induction: "ind"};

export function begin() {
  setInsights({role, words});
  setTable(table);
  addOverlay("role", {value: place => of(place)?.fit ?? 0, text: digits, signed: false, most: 1,
    caption: "Role: how well the pattern fits the role that it fits best, 1 perfectly, 0 as well as chance; none is named below .4."});
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

/** The role that a head fits best, and how well. @param {Place} place @returns {[string, string]} */
function role(place) {
  const {role: name, fit} = of(place) ?? {};
  return name ? [SHORT[name] ?? name, (fit ?? 0).toFixed(2).replace(/^0/, "")] : ["", ""];
}

/** What is known of a head, in words. @param {Place} place */
function words(place) {
  const head = of(place);
  return head ? `${head.role ? `${head.role} ${digits(head.fit ?? 0)}, ` : ""}focus ${digits(head.focus)}, first token ${digits(head.sink)}, looks ${digits(head.distance)} back` : "";
}

/** All heads as a table: what the pictures say, in numbers. */
function table() {
  const sheet = /** @type {HTMLDialogElement} */ (byId("sheet"));
  const names = ["head", "role", "fit", "focus", "first token", "looks back"];
  const rows = [...heads.values()].map(head => make("tr", {}, make("th", {scope: "row"}, `L${head.layer}H${head.head}`), make("td", {}, head.role ?? ""),
    ...[head.fit, head.focus, head.sink, head.distance].map(value => make("td", {}, value === undefined ? "" : digits(value)))));
  sheet.replaceChildren(make("h2", {id: "sheet-title"}, "All heads on this text"),
    make("div", {className: "scroll"}, make("table", {className: "guesses"}, make("thead", {}, make("tr", {}, ...names.map(name => make("th", {scope: "col"}, name)))), make("tbody", {}, ...rows))),
    make("button", {onclick: () => sheet.close()}, "Close"));
  sheet.showModal();
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
