// How the locked token comes to its weights in the locked head: scores, who is seen, weights; under the columns of the matrix.

import {isExport, isGivenUp, json} from "./api.js";
import {exists, keyText, onTrace, queryOf, subject, trace} from "./data.js";
import {byId, digits, draw, make, notice, visible} from "./dom.js";
import {chosen, hover, leave, lock, on, seen} from "./state.js";

/** @import {StepsOf} from "./types.js" */

/** @type {StepsOf | undefined} */
let steps;
let of = "", waiting = 0;

const parts = ["scores", "mask", "weights"].map(name => ({
  picture: draw("svg", {class: `step ${name}`, preserveAspectRatio: "none", role: "img"}),
  note: make("div", {className: "stepnote"}),
}));
const box = make("div", {id: "steps", "aria-label": "From scores to weights"}, ...parts.flatMap(({picture, note}) => [/** @type {any} */ (picture), note]));

export function begin() {
  byId("detail").append(box);
  for (const {picture} of parts) {
    picture.addEventListener("mousemove", event => hover({key: under(/** @type {MouseEvent} */ (event), picture)}));
    picture.addEventListener("mouseleave", () => leave("key"));
    picture.addEventListener("click", event => lock({key: under(/** @type {MouseEvent} */ (event), picture)}));
  }
  onTrace(() => { of = ""; ask(600); }); // once all heads are drawn
  on(["layer", "head", "query"], () => ask(120));
  on(["key", "view", "theme"], paint);
}

/** @param {MouseEvent} event @param {Element} picture */
function under(event, picture) {
  const frame = picture.getBoundingClientRect(), count = steps?.keys.length ?? 1;
  return Math.max(0, Math.min(count - 1, Math.floor((event.clientX - frame.left) / frame.width * count)));
}

/** @param {number} delay milliseconds */
function ask(delay) {
  const {layer, head} = chosen(), query = queryOf(chosen().query), wanted = `${layer}.${head} ${query}`;
  if (wanted === of) return;
  clearTimeout(waiting);
  if (!trace || !exists({layer, head})) return forget();
  waiting = setTimeout(async () => {
    try {
      steps = await json("steps", {...subject(), layer, head, query}, "steps");
      of = wanted;
      paint();
    } catch (error) {
      if (isGivenUp(error)) return;
      forget();
      if (!isExport) notice(String(/** @type {Error} */ (error).message));
    }
  }, delay);
}

function forget() {
  steps = undefined;
  of = "";
  paint();
}

function paint() {
  box.hidden = seen().view !== "matrix" || isExport && !steps;
  if (!steps) {
    for (const {picture, note} of parts) for (const element of [picture, note]) element.replaceChildren();
    return;
  }
  const {keys} = steps, scores = keys.flatMap(({score}) => score === undefined ? [] : [score]);
  const high = Math.max(0, ...scores), low = Math.min(0, ...scores), most = Math.max(1e-9, ...keys.map(({weight}) => weight));
  const at = seen().key >= 0 && seen().key < keys.length ? seen().key : keys.findIndex(({weight}) => weight === most);
  const name = `${visible(keyText(chosen().layer, at))} (${at})`, one = keys[at] ?? {weight: 0};
  const sum = keys.reduce((total, {weight}) => total + weight, 0);
  for (const {picture} of parts) {
    picture.setAttribute("viewBox", `0 0 ${keys.length} 1`);
    picture.replaceChildren(draw("rect", {x: at, y: 0, width: 1, height: 1, class: "here"}));
  }
  const [first, second, third] = parts;
  keys.forEach(({score, weight}, key) => {
    if (score !== undefined) {
      const from = (high - Math.max(0, score)) / (high - low || 1);
      first.picture.append(draw("rect", {x: key + 0.08, y: from, width: 0.84, height: Math.abs(score) / (high - low || 1), class: score < 0 ? "minus" : "plus"}));
    }
    second.picture.append(draw("rect", {x: key + 0.08, y: 0, width: 0.84, height: 1, class: score === undefined ? "hiddenkey" : "seenkey"}));
    third.picture.append(draw("rect", {x: key + 0.08, y: 1 - weight / most, width: 0.84, height: weight / most, class: "plus"}));
  });
  const formula = steps.formula.replace(/ v$/, "");
  first.note.replaceChildren(make("b", {}, "scores"), make("small", {}, ` ${digits(low === 0 && scores.length ? Math.min(...scores) : low)} to ${digits(high === 0 && scores.length ? Math.max(...scores) : high)}, after all modifiers${steps.rotary ? ", rotated" : ""}`),
    make("div", {className: "number"}, make("code", {}, name), one.score === undefined ? " no score" : ` ${one.score.toFixed(3)}`));
  second.note.replaceChildren(make("b", {}, "mask"), make("small", {}, ` ${scores.length} of ${keys.length} keys are seen`));
  third.note.replaceChildren(make("b", {}, "weights"), make("small", {}, ` of sum ${sum.toFixed(3)}` + (sum < 0.9995 && /sink/.test(formula) ? `, ${(1 - sum).toFixed(3)} goes to the sink` : "")),
    make("div", {className: "number"}, make("code", {}, name), ` ${one.weight.toFixed(4)}`), make("code", {className: "formula", title: "What the model computes"}, formula));
  first.picture.setAttribute("aria-label", `Scores of ${scores.length} keys; ${name}: ${one.score?.toFixed(3) ?? "none"}`);
  second.picture.setAttribute("aria-label", `${scores.length} of ${keys.length} keys are seen`);
  third.picture.setAttribute("aria-label", `Weights; ${name}: ${one.weight.toFixed(4)}`);
}
