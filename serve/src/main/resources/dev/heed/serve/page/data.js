// What the model did with the text: tokens, and the pattern of every head.

import {bytes, floats, isExport, isGivenUp, json} from "./api.js";
import {chosen, seen, lock} from "./state.js";
import {notice} from "./dom.js";

/** @import {ModelFacts, Place, TraceAnswer} from "./types.js" */

/** @type {ModelFacts | undefined} */
export let facts;
/** @type {TraceAnswer | undefined} */
export let trace;
/** @type {Uint8Array} */
let thumbnails = new Uint8Array();
/** @type {number[][]} where a head begins in `thumbnails` */
let begins = [];
/** @type {Map<string, Float32Array>} */
let exacts = new Map();
/** @type {Set<() => void>} */
const listeners = new Set();

/** Calls when there is another trace. @param {() => void} listener */
export function onTrace(listener) {
  listeners.add(listener);
}

/** What the trace is of; while another is on its way, still the one that is shown. @type {{model?: string, text: string, continued?: number[]}} */
let shown = {text: ""};

/** What a request about the text that is shown says. */
export function subject() {
  return shown;
}

/** What is to be shown. */
function wanted() {
  const {model, text, continued} = chosen();
  const ids = continued.split(".").filter(Boolean).map(Number);
  return {...model ? {model} : {}, text, ...ids.length ? {continued: ids} : {}};
}

/** Whether what is chosen is what is shown. */
export function isShown() {
  return JSON.stringify(wanted()) === JSON.stringify(shown);
}

/** Asks for model and text as they are chosen. */
export async function look() {
  const {model} = chosen(), asked = wanted();
  document.body.classList.add("busy");
  try {
    const theFacts = await json("model", model ? {model} : {}, "model");
    if (theFacts.example && !/^[\d\s,]*$/.test(asked.text)) return lock({text: theFacts.example, corrupt: "", continued: "", query: -1, key: -1});
    const [theTrace, thePatterns] = await Promise.all([
      json("trace", asked, "trace"),
      bytes("patterns", asked, "patterns"),
    ]);
    facts = theFacts;
    shown = asked;
    take(theTrace, thePatterns);
    if (!exists(chosen())) lock({layer: 0, head: 0, added: ""});
    notice("");
    performance.mark("answered");
    for (const listener of listeners) listener();
    requestAnimationFrame(() => setTimeout(() => performance.measure("drawn", "answered")));
  } catch (error) {
    if (!isGivenUp(error)) notice(String(/** @type {Error} */ (error).message));
  } finally {
    document.body.classList.remove("busy");
  }
}

/** @param {TraceAnswer} answer @param {Uint8Array} patterns */
function take(answer, patterns) {
  trace = answer;
  thumbnails = patterns;
  exacts = new Map();
  let at = 0;
  begins = answer.blocks.map(block => Array.from({length: block.heads}, () => {
    const begin = at;
    at += size(block);
    return begin;
  }));
}

/** @param {{keys: number, triangular: boolean}} block */
function size(block) {
  const count = trace?.tokens.length ?? 0;
  return block.triangular ? count * (count + 1) / 2 : count * block.keys;
}

/** Whether there is such a head. @param {Place} place */
export function exists({layer, head}) {
  return head < (trace?.blocks[layer]?.heads ?? 0) && head >= 0;
}

/** Where the row of a query begins among the weights of a head. @param {number} layer @param {number} query */
export function rowAt(layer, query) {
  const block = trace?.blocks[layer];
  return block?.triangular ? query * (query + 1) / 2 : query * (block?.keys ?? 0);
}

/** How many keys a query may see. @param {number} layer @param {number} query */
export function keysOf(layer, query) {
  const block = trace?.blocks[layer];
  return block?.triangular ? query + 1 : block?.keys ?? 0;
}

/** `255 √w` for each weight of a head. @param {Place} place */
export function roots({layer, head}) {
  const begin = begins[layer][head];
  return thumbnails.subarray(begin, begin + size(/** @type {TraceAnswer} */ (trace).blocks[layer]));
}

/** The weights of a head as they are, or as far as the thumbnails know them. @param {Place} place */
export function weights(place) {
  return exacts.get(nameOf(place)) ?? exacts.get(`${place.layer}.${place.head}`)
    ?? Float32Array.from(roots(place), root => (root / 255) ** 2);
}

/** Under which the weights of a head are kept, as they are weighed. @param {Place} place */
function nameOf({layer, head}) {
  const {weigh} = chosen();
  return `${layer}.${head}` + (weigh === "raw" ? "" : ` ${weigh}`);
}

/** Whether the weights of a head are there as they are. @param {Place} place */
export function isExact(place) {
  return exacts.has(nameOf(place));
}

/** Fetches the weights of a head as they are. @param {Place} place @returns {Promise<boolean>} whether they are new */
export async function fetchExact(place) {
  const key = nameOf(place), {layer, head} = place, by = chosen().weigh;
  if (exacts.has(key) || !exists(place)) return false;
  const of = exacts;
  try {
    of.set(key, by === "raw" ? await floats("head", {...subject(), layer, head}) : await floats("weighed", {...subject(), layer, head, by}));
    return of === exacts;
  } catch (error) {
    if (!isGivenUp(error) && !isExport) notice(String(/** @type {Error} */ (error).message));
    return false;
  }
}

/** The mean weights of several heads, without the first token where that is hidden. @param {Place[]} heads */
export function shownWeights(heads) {
  const key = JSON.stringify([heads, chosen().weigh, seen().first, heads.map(isExact)]);
  if (shownOf !== exacts || key !== shownKey) {
    shownKey = key;
    shownOf = exacts;
    lastShown = hidden(heads, meanWeights(heads));
  }
  return lastShown;
}

/** The answer of `shownWeights` and what it is of. */
let shownKey = "";
/** @type {Float32Array} */
let lastShown = new Float32Array();
/** @type {Map<string, Float32Array> | undefined} */
let shownOf;

/** @param {Place[]} heads @param {Float32Array} all */
function hidden(heads, all) {
  if (seen().first !== "hidden" || !trace) return all;
  const {layer} = heads.filter(exists)[0], before = trace.blocks[layer].keys - trace.tokens.length;
  const shown = all.slice();
  trace.tokens.forEach((_, query) => {
    const from = rowAt(layer, query);
    shown.set(withoutFirst(shown.slice(from, from + keysOf(layer, query)), before), from);
  });
  return shown;
}

/** A row without the first token, where that is hidden: the others grow to the sum there was. @param {Float32Array} row @param {number} first */
export function withoutFirst(row, first) {
  if (seen().first !== "hidden" || row.length <= first) return row;
  const sum = row.reduce((a, b) => a + b, 0), rest = sum - row[first];
  return row.map((weight, k) => k === first || rest < 1e-6 ? 0 : weight * sum / rest);
}

/** The mean weights of several heads of one shape. @param {Place[]} heads */
export function meanWeights(heads) {
  const fitting = heads.filter(exists).filter((place, _, all) => keysOf(place.layer, 0) === keysOf(all[0].layer, 0));
  if (fitting.length === 1) return weights(fitting[0]);
  const sum = Float32Array.from(weights(fitting[0]));
  for (const place of fitting.slice(1)) weights(place).forEach((weight, i) => { sum[i] += weight; });
  return sum.map(weight => weight / fitting.length);
}

/** The query that is looked from. @param {number} query -1 for the last */
export function queryOf(query) {
  const last = (trace?.tokens.length ?? 1) - 1;
  return query < 0 || query > last ? last : query;
}

/** The text of a key; keys before the text have none. @param {number} layer @param {number} key */
export function keyText(layer, key) {
  const tokens = trace?.tokens ?? [];
  const before = (trace?.blocks[layer]?.keys ?? 0) - tokens.length;
  return key < before ? `\u2039${key}\u203a` : tokens[key - before]?.text ?? "";
}
