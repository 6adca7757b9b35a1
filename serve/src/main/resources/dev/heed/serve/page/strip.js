// The text as tokens or words: from one of them the chosen head looks at the others, or another measure says where it comes from.

import {inkOn, shade, signed} from "./colour.js";
import {fetchExact, keysOf, onTrace, queryOf, trace} from "./data.js";
import {byId, digits, make, segmented, visible, withSign} from "./dom.js";
import {isReady, magnitude, measure, MEASURES, onMeasure, question, rowOf} from "./measures.js";
import {chosen, headsSeen, hover, leave, lock, on, seen} from "./state.js";

/** @type {HTMLElement[]} */
let chips = [];
/** @type {number[][]} the tokens of each chip */
let groups = [];
/** @type {number[]} the chip of each token */
let groupOf = [];
const means = make("span", {className: "means"});
const chooser = make("select", {id: "measure", "aria-label": "Tint the tokens by", onchange: () => lock({measure: chooser.value})},
  ...Object.entries(MEASURES).map(([value, {name, means: title}]) => make("option", {value, title}, name)));
const hiding = make("button", {type: "button", className: "toggle", id: "hide-first", onclick: () => lock({first: chosen().first === "hidden" ? "shown" : "hidden"}),
  title: "Many heads rest on the first token when they have nothing to look at. Hidden, its weight is left out of the text and of the head in detail, and the others of a row grow to the sum that there was."}, "hide first token");

export function begin() {
  byId("strip-tools").append(make("label", {for: "measure"}, "Tint"), chooser, means, make("div", {className: "tools"}, hiding,
    segmented("Group", [["tokens", "tokens", "As the model reads"],
      ["words", "words", "What a word receives is the sum over its tokens k, what it gives the mean over its tokens q: W(Q, K) = 1/|Q| · Σ q∈Q Σ k∈K A(q, k)"]],
    () => chosen().grouping, grouping => lock({grouping}))));
  byId("tokens").addEventListener("keydown", keys);
  onTrace(build);
  onMeasure(repaint);
  on(["grouping"], build);
  on(["layer", "head", "added", "query", "scale", "theme", "measure", "weigh", "first"], repaint);
  document.addEventListener("exact", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

/** Tokens that stand together: each alone, or those between blanks. */
function grouped() {
  const tokens = trace?.tokens ?? [];
  /** @type {number[][]} */
  const all = [];
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    const joins = chosen().grouping === "words" && before && !/^\s/.test(token.text) && !/\s$/.test(before.text) && !token.special && !before.special && token.generated === before.generated;
    if (joins) all[all.length - 1].push(index);
    else all.push([index]);
  });
  return all;
}

function build() {
  groups = grouped();
  groupOf = groups.flatMap((group, at) => group.map(() => at));
  chips = groups.map((group, at) => {
    const last = group[group.length - 1];
    return make("span", {
      className: (textOf(group).endsWith("\n") ? "token ends" : "token") + (trace?.tokens[last].generated ? " generated" : ""), role: "option", id: `token-${at}`, "data-index": String(last),
      onmouseenter: () => hover({query: last}),
      onmouseleave: () => leave("query"),
      onclick: () => lock({query: last}),
    }, make("span", {className: "piece"}, visible(textOf(group))), make("span", {className: "received"}), make("span", {className: "entropy"}));
  });
  byId("tokens").replaceChildren(...chips.flatMap(chip => chip.classList.contains("ends") ? [chip, make("br")] : [chip]));
  repaint();
}

/** @param {number[]} group */
function textOf(group) {
  return group.map(index => trace?.tokens[index].text).join("");
}

/** What the group of a query gives to each group. @param {number} at */
function groupRow(at) {
  const row = new Array(groups.length).fill(0);
  const queries = measure().kind === "sources" ? groups[at].slice(-1) : groups[at];
  for (const query of queries) {
    const own = rowOf(query);
    for (let k = 0; k < own.length; k++) row[groupOf[k]] += own[k] / queries.length;
  }
  return row;
}

/** Colours the tokens by where the query looks. */
export function repaint() {
  if (!trace || !chips.length) return;
  const isSigned = measure().kind === "sources";
  const from = groupOf[queryOf((isSigned ? chosen() : seen()).query)], under = groupOf[queryOf(seen().query)];
  const row = groupRow(from), last = groups[from][groups[from].length - 1];
  const most = Math.max(1e-12, ...row.map(Math.abs));
  const locked = groupOf[queryOf(chosen().query)];
  chips.forEach((chip, index) => {
    const colour = tint(row[index], most);
    chip.style.background = colour;
    chip.style.color = colour ? inkOn(colour) : "";
    chip.classList.toggle("query", index === under);
    chip.classList.toggle("locked", index === locked);
    chip.classList.toggle("unseen", groups[index][0] > last);
    const text = isSigned ? withSign(row[index]) : digits(row[index]);
    const loss = groups[index].reduce((sum, token) => sum + (trace?.tokens[token].loss ?? 0), 0);
    chip.setAttribute("aria-selected", String(index === locked));
    chip.setAttribute("aria-label", `${index}: ${textOf(groups[index]).trim() || "blank"}, ${measure().name} ${text}`);
    chip.title = `${groups[index].join(" ")} ${visible(textOf(groups[index]))} \u00b7 ${measure().name} ${text}` + (index ? ` \u00b7 loss ${digits(loss)} nats` : "");
  });
  byId("tokens").setAttribute("aria-activedescendant", `token-${from}`);
  byId("tokens").setAttribute("aria-busy", String(!isReady()));
  explain(last);
  paintBars();
}

/** @param {number} value @param {number} most of the row */
function tint(value, most) {
  if (!value) return "";
  if (measure().kind === "sources") return signed(-value, most);
  const share = chosen().measure === "norms" ? value / most : Math.min(1, value);
  return shade(seen().scale === "linear" ? share : Math.sqrt(share));
}

/** Says what is seen. @param {number} query */
function explain(query) {
  const of = question(), turns = magnitude(query);
  chooser.value = chosen().measure in MEASURES ? chosen().measure : "attention";
  hiding.setAttribute("aria-pressed", String(chosen().first === "hidden"));
  hiding.disabled = measure().kind === "sources";
  means.replaceChildren(isReady() ? measure().means : "\u2026 " + measure().means);
  if (of) means.append(" \u00b7 logit of ", make("code", {}, visible(of.text)), ` after token ${queryOf(chosen().query)}: ${withSign(of.value)}, of a mean text ${withSign(of.baseline)}`);
  if (turns !== undefined) means.append(` \u00b7 before that 1 \u2212 cos of at most ${digits(turns)}`);
  if (chosen().first === "hidden" && measure().kind !== "sources") means.append(" \u00b7 without the first token, rows renormalised");
}

/** Under the tokens: what each receives from those that may see it, and how spread its own look is. */
function paintBars() {
  const none = measure().kind === "sources" || !isReady();
  const {received, entropy} = none ? {received: [], entropy: []} : spread();
  const most = Math.max(1e-9, ...received);
  chips.forEach((chip, index) => {
    /** @type {HTMLElement} */ (chip.children[1]).style.width = `${100 * (received[index] ?? 0) / most}%`;
    /** @type {HTMLElement} */ (chip.children[2]).style.width = `${100 * (entropy[index] ?? 0)}%`;
  });
  const blue = make("span", {className: "key"}), grey = make("span", {className: "key"});
  blue.style.background = "var(--blue)";
  grey.style.background = "var(--grey)";
  byId("strip-legend").replaceChildren(...measure().kind === "sources" ? ["Blue speaks for the logit, red against it; the framed token is where it is foretold."]
    : ["The framed token looks; shade: at what.", blue, "what a token receives from those that may see it", grey, "how spread its own look is"]);
}

let spreadOf = "";
/** @type {{received: number[], entropy: number[]}} */
let spreads = {received: [], entropy: []};

/** Means of columns and entropies of rows, kept while only the query changes. */
function spread() {
  const {measure: name, weigh, grouping, first} = chosen();
  const key = JSON.stringify([headsSeen(), name, weigh, grouping, first, isReady(), generation]);
  if (key === spreadOf) return spreads;
  const count = groups.length;
  const received = new Array(count).fill(0), seenBy = new Array(count).fill(0), entropy = new Array(count).fill(0);
  groups.forEach((group, at) => {
    const row = groupRow(at), sum = row.reduce((a, b) => a + b, 0) || 1;
    const sees = groupOf[Math.min(groupOf.length, keysOf(chosen().layer, group[group.length - 1])) - 1] ?? at;
    let seenKeys = 0;
    for (let k = 0; k <= sees; k++) {
      received[k] += row[k];
      seenBy[k]++;
      seenKeys++;
      const share = row[k] / sum;
      if (share > 0) entropy[at] -= share * Math.log(share);
    }
    entropy[at] = seenKeys > 1 ? entropy[at] / Math.log(seenKeys) : 0;
  });
  spreadOf = key;
  spreads = {received: received.map((sum, k) => sum / Math.max(1, seenBy[k])), entropy};
  return spreads;
}

let generation = 0;
onTrace(() => { generation++; });
document.addEventListener("exact", () => { generation++; });
onMeasure(() => { generation++; });

/** @param {KeyboardEvent} event */
function keys(event) {
  const at = groupOf[queryOf(chosen().query)];
  const next = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: groups.length - 1}[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const group = groups[Math.max(0, Math.min(groups.length - 1, next))];
  lock({query: group[group.length - 1]});
  for (const place of headsSeen()) void fetchExact(place);
}
