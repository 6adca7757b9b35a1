// What is known of the locked head from three sides: where it looks, what its weights say, what is lost without it.

import {isGivenUp, json} from "./api.js";
import {exists, onTrace, subject} from "./data.js";
import {byId, digits, make, withSign} from "./dom.js";
import {chosen, lock, on} from "./state.js";

/** @import {Evidence} from "./types.js" */

/** @type {Evidence | undefined} */
let evidence;
let error = "";
let waiting = 0;
/** @type {Record<string, string>} */
const ROLES = {previous: "previous-token", current: "current-token", first: "first-token", duplicate: "duplicate-token", induction: "induction"};

const body = make("div", {className: "sides", "aria-live": "polite"});
const box = make("details", {id: "evidence-box", ontoggle: () => { if (box.open !== (chosen().evidence === "open")) lock({evidence: box.open ? "open" : ""}); }},
  make("summary", {}, "Evidence: what is this head for?"), body);

export function begin() {
  byId("evidence").append(box);
  onTrace(refresh);
  on(["layer", "head", "evidence"], refresh);
  refresh();
}

function refresh() {
  box.open = chosen().evidence === "open";
  evidence = undefined;
  error = "";
  paint();
  clearTimeout(waiting);
  if (box.open && exists(chosen())) waiting = setTimeout(() => void ask(), 250);
}

async function ask() {
  const {layer, head} = chosen();
  try {
    evidence = await json("evidence", {...subject(), layer, head}, "evidence");
  } catch (failure) {
    if (isGivenUp(failure)) return;
    error = String(/** @type {Error} */ (failure).message);
  }
  paint();
}

function paint() {
  if (!box.open) return;
  if (error) return body.replaceChildren(make("p", {className: "wrong", role: "alert"}, error));
  if (!evidence) return body.replaceChildren(make("p", {className: "empty"}, "Looking at its pattern, its weights, and at what is lost without it …"));
  const {pattern, weights, ablation} = evidence;
  body.replaceChildren(make("p", {id: "verdict"}, verdict(evidence)),
    side("Where it looks", "share of its weight · | by chance", ...Object.entries(pattern).map(([role, {score, chance, queries}]) => share(role, score, chance, queries > 0))),
    make("div", {}, side("What its weights say", "| by chance", share("copies", weights.copying, 0.5, weights.copying !== undefined),
      share("by position", weights.positional, undefined, weights.positional !== undefined, "Weight on the token before, of queries and keys that know positions alone"),
      ...weights.reads ? [row(`reads ${weights.reads}`, withSign(weights.composition ?? 0), "Its keys read what that head writes; 0 by chance")] : []),
      side("What is lost without it", "nats a token, mean in its place · zero", loss("on this text", ablation.textMean, ablation.textZero),
      loss("on random tokens twice", ablation.repeatedMean, ablation.repeatedZero))));
}

/** Names a role only as far as the evidence goes. @param {Evidence} of */
function verdict({role, aboveChance, weightsAgree, lossAgrees}) {
  if (!role) return "No role fits: nowhere is its weight far above chance.";
  const name = ROLES[role] + " head", share = ` (${digits(aboveChance ?? 0)} above chance, of 1)`;
  if (weightsAgree && lossAgrees) return `${name[0].toUpperCase()}${name.slice(1)}${share}: pattern, weights and loss agree.`;
  const weights = weightsAgree === undefined ? "its weights tell nothing of this role" : weightsAgree ? "its weights agree" : "its weights do not agree";
  const loss = lossAgrees ? "and it is missed when taken out" : "but little is lost without it";
  return `Looks like ${/^[aeiou]/.test(name) ? "an" : "a"} ${name}${share}; ${weights}, ${loss}.`;
}

/** @param {string} title @param {string} unit @param {HTMLElement[]} rows */
function side(title, unit, ...rows) {
  return make("div", {}, make("h3", {}, title), make("small", {}, unit), make("ol", {}, ...rows));
}

/** @param {string} name @param {string} value @param {string} [title] */
function row(name, value, title = "") {
  return make("li", {title}, make("span", {}, name), make("span"), make("b", {}, value));
}

/** @param {string} name @param {number | undefined} value @param {number | undefined} chance @param {boolean} isKnown @param {string} [title] */
function share(name, value, chance, isKnown, title = chance === undefined ? "" : `by chance ${digits(chance)}`) {
  if (!isKnown || value === undefined) return row(name, "\u2013", "Nothing of this text tells");
  const fill = make("span", {className: "fill"}), tick = make("span", {className: "ghost"});
  fill.style.width = `${100 * Math.max(0, Math.min(1, value))}%`;
  tick.style.left = `${100 * (chance ?? 0)}%`;
  return make("li", {title}, make("span", {}, name),
    make("span", {className: "track"}, fill, ...chance === undefined ? [] : [tick]), make("b", {}, digits(value)));
}

/** @param {string} name @param {number} mean @param {number} zero */
function loss(name, mean, zero) {
  return make("li", {className: "wide", title: "with its mean in its place; with zeros"}, make("span", {}, name), make("b", {}, withSign(mean), make("small", {}, ` · ${withSign(zero)}`)));
}
