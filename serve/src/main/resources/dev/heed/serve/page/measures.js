// By what the tokens are tinted: the weights of the chosen heads, or what else tells where a position comes from.

import {floats, isGivenUp, json} from "./api.js";
import {exists, keysOf, onTrace, queryOf, rowAt, shownWeights, subject, trace, withoutFirst} from "./data.js";
import {notice} from "./dom.js";
import {chosen, headsSeen, on} from "./state.js";

/** @import {Sources} from "./types.js" */

/**
 * What each measure is called and what it means. `map` is one for every query, `sources` of one logit alone.
 * @type {Record<string, {name: string, kind: "head" | "map" | "sources", means: string}>}
 */
export const MEASURES = {
  attention: {name: "attention", kind: "head", means: "the weight that the chosen head gives to each token"},
  rollout: {name: "rollout", kind: "map",
    means: "attention through all layers up to this one, where half of every step stays in place (Abnar and Zuidema 2020)"},
  norms: {name: "norm-weighted", kind: "map",
    means: "how long the vector is that all heads of this layer together fetch from each token (Kobayashi 2020)"},
  "norm-rollout": {name: "norm rollout", kind: "map",
    means: "rollout by the lengths of what is added, and of what the residual stream carries"},
  zeroing: {name: "value zeroing", kind: "map",
    means: "how far the position turns when the value of a token is zero in this layer (Mohebbi 2023), rows brought to 1"},
  gradient: {name: "gradient × input", kind: "sources", means: "what each token does for the logit of the next one, to first order"},
  integrated: {name: "integrated gradients", kind: "sources",
    means: "what each token does for that logit, on the way from a mean embedding; the shares sum to the difference"},
};

/** @type {Float32Array} */
let map = new Float32Array();
/** @type {Sources | undefined} */
let sources;
let mapOf = "", sourcesOf = "", failed = false;
/** @type {Set<() => void>} */
const listeners = new Set();

/** Calls when another measure is there. @param {() => void} listener */
export function onMeasure(listener) {
  listeners.add(listener);
}

export function begin() {
  onTrace(() => { mapOf = sourcesOf = ""; void ask(); });
  on(["measure", "layer", "query"], () => void ask());
}

/** What is chosen. */
export function measure() {
  return MEASURES[chosen().measure] ?? MEASURES.attention;
}

async function ask() {
  const {kind} = measure();
  if (!trace || kind === "head") {
    if (failed) notice("");
    failed = false;
    return;
  }
  try {
    if (kind === "map") await askMap();
    else await askSources();
    if (failed) notice("");
    failed = false;
  } catch (error) {
    if (!isGivenUp(error)) {
      failed = true;
      notice(String(/** @type {Error} */ (error).message));
    }
  }
  for (const listener of listeners) listener();
}

async function askMap() {
  const {measure: name, layer} = chosen(), wanted = `${name} ${layer}`;
  if (mapOf === wanted) return;
  mapOf = "";
  const found = await floats("map", {...subject(), layer, measure: name}, "map");
  map = found;
  mapOf = wanted;
}

async function askSources() {
  const {measure: name} = chosen(), position = queryOf(chosen().query), wanted = `${name} ${position}`;
  if (sourcesOf === wanted) return;
  sourcesOf = "";
  const found = await json("sources", {...subject(), position, method: name}, "sources");
  sources = found;
  sourcesOf = wanted;
}

/** Whether the numbers of the chosen measure are there. */
export function isReady() {
  const {measure: name, layer} = chosen(), {kind} = measure();
  return kind === "head" || (kind === "map" ? mapOf === `${name} ${layer}` : sourcesOf === `${name} ${queryOf(chosen().query)}`);
}

/** The logit that gradients are of. */
export function question() {
  return measure().kind === "sources" && isReady() ? sources : undefined;
}

/** The tokens of what is measured, for a query: `[T]`; none where it is not there yet. @param {number} query @returns {ArrayLike<number>} */
export function rowOf(query) {
  const count = trace?.tokens.length ?? 0;
  if (!isReady()) return [];
  if (measure().kind === "sources") return sources?.scores ?? [];
  if (measure().kind === "map") return withoutFirst(mapRow(query), 0);
  const heads = headsSeen().filter(exists);
  if (!trace || !heads.length) return [];
  const {layer} = heads[0], before = trace.blocks[layer].keys - count;
  const from = rowAt(layer, query);
  return shownWeights(heads).subarray(from + before, from + keysOf(layer, query));
}

/** The row of a map as far as the query sees. @param {number} query */
function mapRow(query) {
  const count = trace?.tokens.length ?? 0;
  return map.slice(query * count, query * count + keysOf(chosen().layer, query));
}

/** Before it was brought to sum 1: how far a query turns at most, of value zeroing. @param {number} query */
export function magnitude(query) {
  const count = trace?.tokens.length ?? 0;
  if (chosen().measure !== "zeroing" || !isReady()) return undefined;
  const from = count * count + query * count;
  return map.subarray(from, from + count).reduce((most, one) => Math.max(most, one), 0);
}
