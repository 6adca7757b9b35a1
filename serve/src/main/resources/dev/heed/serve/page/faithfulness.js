// Whether pictures of attention explain what the model says: what becomes of its answer when the last token looks elsewhere.

import {byId, digits, draw, make, visible} from "./dom.js";
import {study} from "./study.js";

/** @import {Example, Faithful} from "./types.js" */

/** @type {string[][]} */
let texts = [];
/** @type {Example[]} */
let examples = [];
/** @type {Faithful | undefined} */
let whole;
let thorough = false;
const WIDE = 330, HIGH = 190, LEFT = 26, BOTTOM = 34, MOST = Math.log(2);

const verdict = make("div", {className: "verdict", "aria-live": "polite"}), cards = make("div", {className: "cards"}), list = make("div");

export function begin() {
  const count = number("faithful-examples", 5, 50), length = number("faithful-length", 24, 256);
  const careful = make("input", {type: "checkbox", id: "thorough", onchange: () => { thorough = careful.checked; changed(); }});
  const {bar, changed} = study({path: "faithfulness", page: "faithfulness", atOnce: false, forget, take, progress,
    settings: () => ({examples: Number(count.value), length: Number(length.value), thorough})});
  for (const input of [count, length]) input.addEventListener("change", () => changed());
  const first = bar.children[1];
  for (const element of [make("label", {}, count, " texts"), make("label", {}, "of ", length, " tokens"),
    make("label", {title: "100 shuffles, and 500 steps of five candidates, as in the paper; some five times slower"}, careful, " thorough")]) bar.insertBefore(element, first);
  byId("faithfulness").append(make("div", {className: "pagehead"}, make("div", {}, make("h2", {}, "Does attention explain what it says?"),
    make("p", {}, "The last token of each text is made to look elsewhere, in all layers and heads at once. If the answer stays, a picture of where it looked is no explanation of it (Jain and Wallace 2019, with the baselines of Wiegreffe and Pinter 2019).")), bar),
  verdict, cards, list);
  paint();
}

/** @param {string} id @param {number} value @param {number} most */
function number(id, value, most) {
  return make("input", {type: "number", id, className: "plain number", min: "1", max: String(most), value: String(value)});
}

function forget() {
  texts = [];
  examples = [];
  whole = undefined;
  paint();
}

/** @param {any} line */
function take(line) {
  if (line.texts) texts = line.texts;
  if (line.example) examples = [...examples, line.example];
  if (line.found) whole = line.found;
  paint();
}

function progress() {
  return whole || !texts.length ? "" : `text ${Math.min(texts.length, examples.length + 1)} of ${texts.length}`;
}

function paint() {
  const names = /** @type {Record<string, string>} */ ({free: "Attention moves freely", partly: "Attention is bound in part", bound: "Attention is bound"});
  verdict.className = `verdict ${whole?.verdict ?? "none"}`;
  verdict.replaceChildren(...whole
    ? [make("h2", {}, names[whole.verdict]), make("p", {}, after(whole.says)), make("p", {className: "soft"}, meaning(whole))]
    : [make("p", {className: "empty"}, examples.length ? "The verdict comes with the last text." : "Run it to see: some seconds a text with the model in the box, minutes with large ones. It can be stopped.")]);
  cards.replaceChildren(...examples.length ? [shuffles(), adversary(), ranks(), baseline()] : []);
  list.replaceChildren(...examples.length ? [table()] : []);
}

/** @param {string} text */
function after(text) {
  const rest = text.slice(text.indexOf(":") + 1).trim();
  return rest[0].toUpperCase() + rest.slice(1) + ".";
}

/** @param {Faithful} of */
function meaning(of) {
  return of.uniformLoss < 0.02 ? "But spreading all attention evenly costs next to nothing on these texts: attention does little here, and the tests say little." :
    `Spreading all attention evenly costs ${digits(of.uniformLoss)} nats a token, so there is something to explain. The verdict goes by how far the adversary got: ${(100 * of.adversarial / MOST).toFixed(0)} % of what is possible; from 50 % on attention is free, below 20 % bound.` + (examples.length < 5 ? ` ${examples.length === 1 ? "One text is" : `${examples.length} texts are`} few: others may say otherwise.` : "");
}

/** @param {string} title @param {string} says @param {Element} picture */
function card(title, says, picture) {
  return make("section", {className: "card"}, make("h3", {}, title), picture, make("p", {}, says));
}

/** @param {string} label @param {string} below @param {[number, string][]} ticks @param {(v: number) => number} x */
function axes(label, below, ticks, x) {
  const svg = draw("svg", {viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": label});
  for (const [value, text] of ticks) svg.append(draw("line", {x1: x(value), x2: x(value), y1: 8, y2: HIGH - BOTTOM, class: "rule"}),
    draw("text", {x: x(value), y: HIGH - BOTTOM + 13, "text-anchor": "middle"}, text));
  svg.append(draw("text", {x: (WIDE + LEFT) / 2, y: HIGH - 5, "text-anchor": "middle"}, below));
  return svg;
}

/** @param {number} v */
const share = v => LEFT + (WIDE - LEFT - 12) * v;

function shuffles() {
  const all = examples.flatMap(one => one.permuted), bins = new Array(25).fill(0);
  for (const moved of all) bins[Math.min(24, Math.floor(moved * 25))]++;
  const most = Math.max(...bins);
  const svg = axes(`Histogram of ${all.length} shuffles`, "how far the answer moves (total variation)", [[0, "0"], [0.25, ".25"], [0.5, ".5"], [0.75, ".75"], [1, "1"]], share);
  bins.forEach((count, bin) => {
    const high = (HIGH - BOTTOM - 22) * count / most;
    svg.append(draw("rect", {x: share(bin / 25) + 0.5, y: HIGH - BOTTOM - high, width: share(1 / 25) - share(0) - 1, height: high, class: "true"}, draw("title", {}, `${count} shuffles moved it ${digits(bin / 25)} to ${digits((bin + 1) / 25)}`)));
  });
  const median = middle(examples.map(one => middle(one.permuted))), uniform = middle(examples.map(one => one.uniform));
  mark(svg, share(median), `median ${digits(median)}`, "fitted");
  mark(svg, share(uniform), `all alike ${digits(uniform)}`, "other", 26);
  return card("Shuffled", "Near 0 it does not matter which token gets which weight; near 1 another answer comes out.", svg);
}

/** @param {Element} svg @param {number} x @param {string} text @param {string} kind @param {number} [y] */
function mark(svg, x, text, kind, y = 12) {
  const left = x > WIDE * 0.7;
  svg.append(draw("line", {x1: x, x2: x, y1: y - 8, y2: HIGH - BOTTOM, class: kind}), draw("text", {x: left ? x - 4 : x + 4, y, "text-anchor": left ? "end" : "start", class: "number"}, text));
}

function adversary() {
  /** @param {number} v */
  const x = v => LEFT + (WIDE - LEFT - 12) * v / MOST;
  /** @param {number} v total variation, roots so that small ones are seen */
  const y = v => HIGH - BOTTOM - (HIGH - BOTTOM - 10) * Math.sqrt(Math.min(1, v));
  const tolerance = whole?.tolerance ?? 0.01;
  const svg = axes("How far the adversary got, and how far the answer then moved", "how far attention moved (Jensen-Shannon divergence)", [[0, "0"], [0.2 * MOST, "20 %"], [0.5 * MOST, "50 %"], [MOST, "ln 2"]], x);
  svg.append(draw("rect", {x: x(0), y: y(tolerance), width: x(MOST) - x(0), height: y(0) - y(tolerance), class: "stays"}),
    draw("text", {x: x(MOST) - 4, y: y(tolerance) - 4, "text-anchor": "end"}, `answer stays: at most ${tolerance}`));
  for (const v of [0.01, 0.1, 0.5, 1]) svg.append(draw("text", {x: LEFT - 5, y: y(v) + 3, "text-anchor": "end"}, String(v).replace("0.", ".")));
  examples.forEach((one, index) => {
    for (const {divergence, variation} of one.candidates) svg.append(draw("circle", {cx: x(divergence), cy: y(variation), r: 3, class: "candidate"}, draw("title", {}, `text ${index + 1}: a candidate at the end, ${digits(divergence)}, answer moved ${digits(variation)}`)));
    const {divergence, variation} = one.adversary;
    svg.append(draw("circle", {cx: x(divergence), cy: y(variation), r: 4.5, class: "best"}, draw("title", {}, `text ${index + 1}: the furthest whose answer stays, ${digits(divergence)}, answer moved ${digits(variation)}`)));
  });
  return card("Led astray", "Filled: for each text the attention furthest from the model's that leaves its answer as it is. Far right: quite other attention, same answer. Rings: where the search's candidates ended.", svg);
}

function ranks() {
  /** @param {number} v */
  const x = v => LEFT + 36 + (WIDE - LEFT - 50) * (v + 1) / 2;
  const svg = axes("Rank correlations of attention", "Kendall's τ with the mean attention of all heads", [[-1, "−1"], [-0.5, "−.5"], [0, "0"], [0.5, ".5"], [1, "1"]], x);
  /** @type {[string, number[], number][]} */
  const rows = [["gradient", examples.map(one => one.tauGradient), 52], ["left out", examples.map(one => one.tauLeaveOneOut), 112]];
  for (const [name, values, y] of rows) {
    svg.append(draw("text", {x: LEFT + 22, y: y + 4, "text-anchor": "end"}, name), draw("line", {x1: x(-1), x2: x(1), y1: y, y2: y, class: "rule"}));
    for (const value of values) svg.append(draw("circle", {cx: x(value), cy: y, r: 4, class: "candidate"}, draw("title", {}, digits(value))));
    const median = middle(values);
    svg.append(draw("line", {x1: x(median), x2: x(median), y1: y - 14, y2: y + 14, class: "fitted"}), draw("text", {x: x(median) + 5, y: y - 10, class: "number"}, `median ${digits(median)}`));
  }
  return card("Ranked by others", "1: attention orders the tokens as gradient × input does, or as leaving each token out does; 0: no relation. Each dot is a text.", svg);
}

function baseline() {
  const box = make("div", {className: "big"}, make("b", {className: "delta"}, whole ? digits(whole.uniformLoss) : "…"), make("span", {}, "nats a token"));
  return card("What looking is worth", "Lost when every token of every layer attends to all it sees alike. Near 0 attention does nothing here, and the other tests say nothing.", box);
}

/** @param {number[]} values */
function middle(values) {
  const sorted = [...values].sort((a, b) => a - b), half = values.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
}

function table() {
  const heads = ["text", "shuffled", "all alike", "adversary", "τ gradient", "τ left out"];
  return make("table", {className: "guesses figures"}, make("caption", {}, "Every text; shuffled is the median"), make("thead", {}, make("tr", {}, ...heads.map(text => make("th", {scope: "col"}, text)))),
    make("tbody", {}, ...examples.map((one, index) => make("tr", {}, make("td", {}, make("code", {}, "…" + visible((texts[index] ?? []).join("").slice(-40)))),
      ...[middle(one.permuted), one.uniform, one.adversary.divergence, one.tauGradient, one.tauLeaveOneOut].map(value => make("td", {}, value.toFixed(4)))))));
}
