// Layers x heads: a thumbnail of each pattern.

import {colours, inkOn, isDark, shade, signed} from "./colour.js";
import {exists, onTrace, roots, rowAt, keysOf, trace, facts} from "./data.js";
import {byId, digits, make, segmented, withSign} from "./dom.js";
import {chosen, headsSeen, hover, leave, lock, on, places, seen} from "./state.js";

/** @import {Place} from "./types.js" */

/** @type {Map<string, HTMLButtonElement>} */
const cells = new Map();
/** @type {Record<string, {value: (place: Place) => number | undefined, text: (value: number) => string, signed: boolean, caption: string, most?: number}>} */
const overlays = {
  pattern: {value: () => undefined, text: digits, signed: false,
    caption: "Each picture is one head: a row is a token that looks, a column a token that is looked at."},
};

/** @type {{role: (place: Place) => [string, string], words: (place: Place) => string}} */
let insights = {role: () => ["", ""], words: () => ""};
let openTable = () => {};

/** Gives what is written in the corner of a picture, and what is said of it. @param {typeof insights} source */
export function setInsights(source) {
  insights = source;
}

/** Gives the same in numbers. @param {() => void} source */
export function setTable(source) {
  openTable = source;
}

/** Adds something that heads can be coloured by. @param {string} name @param {typeof overlays[string]} overlay */
export function addOverlay(name, overlay) {
  overlays[name] = overlay;
}

/** Paints what changed. */
export function repaint() {
  for (const [key, cell] of cells) paint(key, cell);
  byId("grid-caption").replaceChildren((overlays[chosen().overlay] ?? overlays.pattern).caption + " ",
    make("button", {type: "button", className: "link", id: "heads-table", onclick: openTable}, "All heads as a table"));
}

/** Builds the tools and waits for traces. @param {[string, string, string][]} choices of overlays */
export function begin(choices) {
  byId("heads-tools").append(
    segmented("Colour heads by", choices, () => chosen().overlay, overlay => lock({overlay})),
    segmented("Scale", [["root", "√", "Square root: small weights are seen"], ["linear", "lin", "Linear"]],
      () => chosen().scale, scale => lock({scale})));
  onTrace(build);
  on(["overlay", "scale", "theme"], repaint);
  on(["layer", "head", "added", "ablated"], mark);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

function build() {
  const grid = byId("grid");
  const blocks = trace?.blocks ?? [];
  const most = Math.max(1, ...blocks.map(block => block.heads));
  grid.style.setProperty("--heads", String(most));
  grid.style.setProperty("--layers", String(blocks.length));
  cells.clear();
  const table = make("div", {className: "cells", role: "grid", "aria-label": "Heads, a row a layer"});
  table.append(row(-1, [corner(), ...Array.from({length: most}, (_, head) => label("columnheader", `H${head}`))]));
  blocks.forEach((block, layer) => {
    const own = Array.from({length: block.heads}, (_, head) => cell({layer, head}));
    const rest = own.length ? [] : [make("span", {className: "nohead", role: "gridcell"}, facts?.blocks[layer].mixer ?? "")];
    table.append(row(layer, [label("rowheader", `L${layer}`), ...own, ...rest]));
  });
  grid.replaceChildren(table);
  repaint();
  mark();
}

/** @param {number} layer @param {HTMLElement[]} children */
function row(layer, children) {
  return make("div", {className: "row", role: "row", "aria-rowindex": String(layer + 2)}, ...children);
}

function corner() {
  return make("span", {className: "label", role: "columnheader"});
}

/** @param {string} role @param {string} text */
function label(role, text) {
  return make("span", {className: "label", role}, text);
}

/** @param {Place} place */
function cell(place) {
  const {layer, head} = place;
  const count = trace?.tokens.length ?? 1;
  const keys = trace?.blocks[layer].keys ?? count;
  const button = make("button", {
    className: "cell", type: "button", role: "gridcell", "data-place": `${layer}.${head}`,
    onmouseenter: () => hover({layer, head}),
    onmouseleave: () => leave("layer", "head"),
    onclick: (/** @type {MouseEvent} */ event) => choose(place, event.shiftKey),
    onkeydown: (/** @type {KeyboardEvent} */ event) => move(place, event),
  }, make("canvas", {width: keys, height: count, className: count > 64 ? "smooth" : ""}), make("span", {className: "badge"}));
  const groups = facts?.blocks[layer];
  if (groups && groups.groups < groups.heads && head % (groups.heads / groups.groups) === 0) button.classList.add("group");
  cells.set(`${layer}.${head}`, button);
  return button;
}

/** @param {Place} place @param {boolean} adding */
function choose({layer, head}, adding) {
  if (!adding) return lock({layer, head, added: ""});
  const {added, layer: atLayer, head: atHead} = chosen();
  const key = `${layer}.${head}`;
  if (layer === atLayer && head === atHead) return;
  const all = added.split(",").filter(Boolean);
  lock({added: (all.includes(key) ? all.filter(one => one !== key) : [...all, key]).join(",")});
  leave("layer", "head");
}

/** @param {Place} from @param {KeyboardEvent} event */
function move({layer, head}, event) {
  const steps = /** @type {Record<string, number[]>} */ ({ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]});
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  const next = {layer: layer + step[0], head: head + step[1]};
  if (exists(next)) {
    choose(next, false);
    cells.get(`${next.layer}.${next.head}`)?.focus();
  }
}

/** @param {string} key @param {HTMLButtonElement} button */
function paint(key, button) {
  const [place] = places(key);
  const overlay = overlays[chosen().overlay] ?? overlays.pattern;
  const value = overlay.value(place);
  const canvas = /** @type {HTMLCanvasElement} */ (button.firstChild);
  const badge = /** @type {HTMLElement} */ (button.lastChild);
  const name = `Layer ${place.layer} head ${place.head}`;
  const [role, fit] = insights.role(place), said = insights.words(place);
  canvas.hidden = value !== undefined;
  if (value === undefined) {
    thumbnail(canvas, place);
    button.style.background = "";
    badge.replaceChildren(role, make("i", {}, fit));
    button.title = button.ariaLabel = [name, said].filter(Boolean).join(", ");
  } else {
    const colour = overlay.signed ? signed(value, range(overlay)) : shade(value / (range(overlay) || 1));
    const text = overlay.signed ? withSign(value) : overlay.text(value);
    button.style.background = colour;
    badge.style.color = inkOn(colour);
    badge.replaceChildren(...chosen().overlay === "role" ? [role ? `${role} ${fit}` : ""] : [text]);
    button.title = button.ariaLabel = `${name}, ${overlays[chosen().overlay] === overlays.loss ? `loss ${text}, ` : ""}${said}`;
  }
  button.classList.toggle("valued", value !== undefined);
}

/** @param {typeof overlays[string]} overlay */
function range(overlay) {
  let most = overlay.most ?? 0;
  for (const key of cells.keys()) most = Math.max(most, Math.abs(overlay.value(places(key)[0]) ?? 0));
  return overlay.signed ? most : Math.max(most, 1e-9);
}

/** @param {HTMLCanvasElement} canvas @param {Place} place */
function thumbnail(canvas, place) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  paintPattern(context, place.layer, roots(place), chosen().scale === "linear");
}

/**
 * Paints `255 √w` of a head, a pixel a weight.
 * @param {CanvasRenderingContext2D} context @param {number} layer @param {ArrayLike<number>} values @param {boolean} linear
 */
export function paintPattern(context, layer, values, linear) {
  const {width, height} = context.canvas;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const table = packed(linear);
  for (let q = 0; q < height; q++) {
    const from = rowAt(layer, q), count = keysOf(layer, q);
    for (let k = 0; k < count; k++) {
      pixels[q * width + k] = table[Math.round(values[from + k])];
    }
  }
  context.putImageData(image, 0, 0);
}

/** @type {Map<string, Uint32Array>} */
const tables = new Map();

/** The colours of `255 √w` as pixels. @param {boolean} linear */
function packed(linear) {
  const key = `${linear} ${isDark()}`;
  const known = tables.get(key);
  if (known) return known;
  const table = colours("sequential");
  const bytes = new Uint8Array(4 * 256);
  for (let root = 0; root < 256; root++) {
    const colour = 3 * Math.round(linear ? root * root / 255 : root);
    bytes.set([table[colour], table[colour + 1], table[colour + 2], 255], 4 * root);
  }
  const made = new Uint32Array(bytes.buffer);
  tables.set(key, made);
  return made;
}

function mark() {
  const {layer, head} = chosen();
  const chosenKeys = new Set(headsSeen().map(place => `${place.layer}.${place.head}`));
  const under = seen();
  const silenced = new Set(places(chosen().ablated).map(place => `${place.layer}.${place.head}`));
  for (const [key, button] of cells) {
    const isLocked = key === `${layer}.${head}`;
    button.tabIndex = isLocked ? 0 : -1;
    button.setAttribute("aria-selected", String(isLocked));
    button.classList.toggle("locked", isLocked);
    button.classList.toggle("under", key === `${under.layer}.${under.head}` && !isLocked);
    button.classList.toggle("added", chosenKeys.has(key) && !isLocked && key !== `${under.layer}.${under.head}`);
    button.classList.toggle("silenced", silenced.has(key));
  }
}
