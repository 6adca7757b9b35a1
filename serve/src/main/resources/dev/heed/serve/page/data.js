// What the model did with the text: tokens, and the pattern of every head.

import {bytes, floats, isGivenUp, json} from "./api.js";
import {chosen} from "./state.js";
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

/** What a request about the text says. */
export function subject() {
  const {model, text} = chosen();
  return model ? {model, text} : {text};
}

/** Asks for model and text as they are chosen. */
export async function look() {
  const {model} = chosen();
  document.body.classList.add("busy");
  try {
    const [theFacts, theTrace, thePatterns] = await Promise.all([
      json("model", model ? {model} : {}, "model"),
      json("trace", subject(), "trace"),
      bytes("patterns", subject(), "patterns"),
    ]);
    facts = theFacts;
    take(theTrace, thePatterns);
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
export function weights({layer, head}) {
  return exacts.get(`${layer}.${head}`) ?? Float32Array.from(roots({layer, head}), root => (root / 255) ** 2);
}

/** Whether the weights of a head are there as they are. @param {Place} place */
export function isExact({layer, head}) {
  return exacts.has(`${layer}.${head}`);
}

/** Fetches the weights of a head as they are. @param {Place} place @returns {Promise<boolean>} whether they are new */
export async function fetchExact({layer, head}) {
  const key = `${layer}.${head}`;
  if (exacts.has(key) || !exists({layer, head})) return false;
  const of = exacts;
  try {
    of.set(key, await floats("head", {...subject(), layer, head}));
    return of === exacts;
  } catch (error) {
    if (!isGivenUp(error)) notice(String(/** @type {Error} */ (error).message));
    return false;
  }
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
