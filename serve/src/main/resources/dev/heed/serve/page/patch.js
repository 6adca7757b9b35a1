// A text against another: what of one, put into the other, brings its answer back.

import {isExport, isGivenUp, lines} from "./api.js";
import {facts, isShown, onTrace, subject, trace} from "./data.js";
import {byId, make, segmented, tooLong, visible, withSign} from "./dom.js";
import {heat, scaleOf} from "./heat.js";
import {chosen, hover, leave, lock, on} from "./state.js";

/** @import {PatchBeginning, PatchRow} from "./types.js" */

/**
 * One of the two maps.
 * @typedef {object} Sweep
 * @property {"stream" | "part"} key of the choice
 * @property {string} title
 * @property {[string, string, string][]} kinds
 * @property {PatchBeginning} [beginning]
 * @property {PatchRow[]} rows
 * @property {ReturnType<typeof heat>} map
 * @property {HTMLElement} box
 */

const EXAMPLE = {text: "KING EDWARD IV:\nO!\n\nKING", corrupt: "KING RICHARD II:\nO!\n\nKING", right: "", wrong: ""};

/** @type {Sweep[]} */
const sweeps = [
  sweep("stream", "Layer × position", [["residual", "stream", "The residual stream before each layer, at one position"],
    ["attention", "attention", "What attention adds at one position"], ["feed_forward", "MLP", "What the feed-forward layer adds at one position"]]),
  sweep("part", "Layer × head", [["head", "out", "What a head says (attn.z)"], ["query", "q", "What a head asks with"], ["key", "k", "What is found by: a column a key/value head"],
    ["value", "v", "What is passed on: a column a key/value head"], ["pattern", "pattern", "Where a head looks"]]),
];
/** @type {AbortController | undefined} */
let running;
let error = "";
const corrupt = make("textarea", {id: "corrupt", rows: 2, spellcheck: false, placeholder: "Another text of as many tokens, which the model answers otherwise"});
const right = make("input", {id: "right", spellcheck: false, autocomplete: "off"}), wrong = make("input", {id: "wrong", spellcheck: false, autocomplete: "off"});
const compare = make("button", {id: "compare", className: "primary"}, "Compare");
const form = make("form", {id: "patch-form", onsubmit: submit},
  make("label", {for: "corrupt"}, "Corrupt text ", make("small", {}, "the clean one is above")), corrupt,
  make("div", {className: "answers"}, make("label", {for: "right"}, "right"), right, make("label", {for: "wrong"}, "wrong"), wrong, compare));
const result = make("div", {id: "patched"});
const readout = make("output", {id: "patch-readout", className: "caption", "aria-live": "polite"});
const ways = segmented("Direction", [["denoise", "denoise", "Parts of the clean run into the corrupt one: what suffices for the answer"],
  ["noise", "noise", "Parts of the corrupt run into the clean one: what is needed for the answer"]], () => chosen().way, way => lock({way}));

/** The tab: what stands in the pane, and the tools of it. */
export const tab = {content: make("div", {id: "patching"}, form, result, readout), tools: ways};

/** @param {"stream" | "part"} key @param {string} title @param {[string, string, string][]} kinds @returns {Sweep} */
function sweep(key, title, kinds) {
  const map = heat(`map-${key}`, {point: (row, column) => point(own, row, column), leave: () => point(own, -1, -1), choose: (row, column) => choose(own, row, column)});
  const choices = segmented(title, kinds, () => chosen()[key], kind => lock({[key]: kind}));
  /** @type {Sweep} */
  const own = {key, title, kinds, rows: [], map, box: make("div", {className: "sweep"}, make("div", {className: "bar"}, make("h3", {}, title), make("div", {className: "tools"}, choices)), map.element)};
  return own;
}

export function begin() {
  corrupt.addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  if (isExport) for (const input of [corrupt, right, wrong]) input.readOnly = true;
  onTrace(fresh);
  on(["tab", "corrupt", "right", "wrong", "way"], fresh);
  for (const one of sweeps) on([one.key], () => { one.beginning = undefined; one.rows = []; void run(); });
  on(["layer", "head", "query"], marks);
  on(["theme"], paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
}

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  if (running) {
    running.abort();
    return;
  }
  error = tooLong(corrupt.value);
  if (error) return paint();
  const change = {corrupt: corrupt.value, right: right.value, wrong: wrong.value};
  const {corrupt: was, right: wasRight, wrong: wasWrong} = chosen();
  if (change.corrupt === was && change.right === wasRight && change.wrong === wasWrong) fresh();
  else lock(change);
}

/** Everything anew. */
function fresh() {
  for (const one of sweeps) {
    one.beginning = undefined;
    one.rows = [];
  }
  corrupt.value = chosen().corrupt;
  right.value = chosen().right;
  wrong.value = chosen().wrong;
  ways.update();
  void run();
}

/** Asks for the maps that are not there, one after the other; they fill as layers come. */
async function run() {
  running?.abort();
  running = undefined;
  error = "";
  const {tab: open, corrupt: other, right: first, wrong: second, way} = chosen();
  if (open !== "patch" || !other || !trace || !isShown()) return paint();
  const own = running = new AbortController();
  paint();
  try {
    for (const one of sweeps.filter(({beginning}) => !beginning)) {
      const body = {...subject(), corrupt: other, what: chosen()[one.key], direction: way, ...(first ? {right: first} : {}), ...(second ? {wrong: second} : {})};
      await lines("patch", body, own.signal, part => {
        if (own.signal.aborted) return;
        if ("scores" in part) one.rows.push(part);
        else one.beginning = part;
        paint();
      });
    }
  } catch (failure) {
    if (!isGivenUp(failure)) error = String(/** @type {Error} */ (failure).message);
  }
  if (running === own) running = undefined;
  paint();
}

/** What a score says: how much of the answer is brought back, or lost; 0 where nothing changes. @param {number} score */
function change(score) {
  return chosen().way === "noise" ? 1 - score : score;
}

function paint() {
  compare.textContent = running ? "Stop" : "Compare";
  const beginning = sweeps.find(one => one.beginning)?.beginning;
  right.placeholder = beginning ? visible(beginning.right) : "model\u2019s own";
  wrong.placeholder = beginning ? visible(beginning.wrong) : "model\u2019s own";
  result.replaceChildren(...error ? [make("p", {className: "wrong", role: "alert"}, error)] : [],
    ...beginning ? [summary(beginning), ...sweeps.filter(one => one.beginning).map(painted)] : error ? [] : [running ? make("p", {className: "empty"}, "Patching …") : empty()]);
  if (beginning || !readout.textContent) point(sweeps[0], -1, -1);
  readout.hidden = !beginning;
  marks();
}

function empty() {
  return make("div", {className: "empty"}, make("p", {}, "Two texts that differ in little and are answered differently. Each part of one run is put into the other, alone: the maps show which parts carry the answer."),
    ...isExport ? [] : [make("button", {className: "chip", id: "patch-example", onclick: () => lock({...EXAMPLE, continued: "", query: -1, key: -1})}, "Try an example: which king speaks again?")]);
}

/** @param {PatchBeginning} of */
function summary(of) {
  return make("p", {className: "metric"}, "logit ", make("code", {}, visible(of.right)), " − logit ", make("code", {}, visible(of.wrong)), ": ",
    make("b", {}, withSign(of.clean)), " clean, ", make("b", {}, withSign(of.corrupt)), " corrupt");
}

/** @param {Sweep} one */
function painted(one) {
  const of = /** @type {PatchBeginning} */ (one.beginning);
  const widest = one.key === "stream" ? of.tokens.length : Math.max(...one.rows.map(row => row.scores.length), 0);
  const columns = Array.from({length: widest}, (_, i) => one.key === "part" ? {text: (grouped(one) ? "G" : "H") + i}
    : {text: visible(of.tokens[i]), ...(of.tokens[i] === of.others[i] ? {} : {other: visible(of.others[i])})});
  const values = one.rows.flatMap(row => row.scores.map(score => Math.abs(change(score))));
  const most = Math.max(0.01, ...values);
  one.map.paint({layers: one.rows.map(row => row.layer), columns, at: (row, column) => {
    const score = one.rows[row]?.scores[column];
    return score === undefined ? undefined : change(score);
  }, most}, name(one));
  one.box.querySelector(".scale")?.remove();
  one.box.append(scaleOf(most, chosen().way === "noise" ? "more of it" : "less of it", chosen().way === "noise" ? "the answer is lost" : "the answer is back"));
  return one.box;
}

/** Whether columns are key/value heads that several heads share. @param {Sweep} one */
function grouped(one) {
  const what = chosen()[one.key], layer = one.rows[0]?.layer ?? 0;
  return (what === "key" || what === "value") && (facts?.blocks[layer].groups ?? 0) < (facts?.blocks[layer].heads ?? 0);
}

/** @param {Sweep} one */
function name(one) {
  const all = one.rows.flatMap(row => row.scores.map((score, column) => ({layer: row.layer, column, value: change(score)})));
  const strongest = all.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 3);
  return `${one.title}, ${chosen()[one.key]}, ${chosen().way}; the strongest: ` + strongest.map(({layer, column, value}) => `layer ${layer} ${one.key === "stream" ? "position" : "head"} ${column} ${withSign(value)}`).join(", ");
}

/** The first head of a column. @param {Sweep} one @param {number} layer @param {number} column */
function headOf(one, layer, column) {
  const block = facts?.blocks[layer];
  return grouped(one) && block ? column * (block.heads / block.groups) : column;
}

/** @param {Sweep} one @param {number} row @param {number} column */
function point(one, row, column) {
  const of = one.rows[row], score = of?.scores[column];
  if (score === undefined) {
    leave("query");
    readout.textContent = chosen().way === "noise" ? "Noise: how much of the answer is lost; 0 is as the clean text, 1 as the corrupt one." : "Denoise: how much of the answer comes back; 0 is as the corrupt text, 1 as the clean one.";
    return;
  }
  const where = one.key === "stream" ? `position ${column} ${visible(one.beginning?.tokens[column] ?? "")}` : `${grouped(one) ? "G" : "H"}${column}`;
  readout.textContent = `L${of.layer} ${where}  ${chosen().way === "noise" ? "lost" : "back"} ${withSign(change(score))} · score ${score.toFixed(4)}`;
  if (one.key === "stream") hover({query: column});
}

/** @param {Sweep} one @param {number} row @param {number} column */
function choose(one, row, column) {
  const of = one.rows[row];
  if (!of || of.scores[column] === undefined) return;
  lock(one.key === "stream" ? {query: column, layer: of.layer} : {layer: of.layer, head: headOf(one, of.layer, column), added: ""});
}

function marks() {
  const {layer, head, query} = chosen();
  for (const one of sweeps) {
    const row = one.rows.findIndex(of => of.layer === layer);
    const column = one.key === "stream" ? query : one.rows[row]?.scores.findIndex((_, i) => headOf(one, layer, i + 1) > head) ?? -1;
    one.map.mark(row, column);
  }
}

/** What was computed, for exports. */
export function computed() {
  const maps = sweeps.filter(one => one.beginning).map(one => ({what: chosen()[one.key], rows: one.rows}));
  const beginning = sweeps.find(one => one.beginning)?.beginning;
  return beginning ? {...beginning, text: chosen().corrupt, direction: chosen().way, maps} : undefined;
}
