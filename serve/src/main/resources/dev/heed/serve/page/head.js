// One head, or the mean of several: the matrix with a crosshair, or the lines of one query.

import {paintPattern} from "./grid.js";
import {exists, facts, fetchExact, isExact, keyText, keysOf, shownWeights, onTrace, queryOf, rowAt, trace} from "./data.js";
import {byId, digits, draw, make, segmented, visible} from "./dom.js";
import {chosen, headsSeen, hover, leave, lock, on, seen} from "./state.js";

/** @import {Place} from "./types.js" */

const canvas = make("canvas", {role: "img"});
const cross = draw("svg", {class: "cross", "aria-hidden": "true"});
const matrix = make("div", {className: "matrix"}, canvas, cross);
const looks = make("div", {className: "looks"});

export function begin() {
  byId("head-tools").append(segmented("Weigh", [["raw", "A", "The weights as they are"],
    ["values", "A·‖v‖", "Times the length of the value of each key, the longest counting as 1: a large weight on a short value moves little"],
    ["outputs", "A·‖vW‖", "Times the length of what reaches the residual stream, value times output projection, the longest counting as 1"]],
  () => chosen().weigh, weigh => lock({weigh})), segmented("View", [["matrix", "Matrix", "Every query and key"], ["lines", "Lines", "Where one query looks"]],
    () => chosen().view, view => lock({view})));
  byId("detail").append(matrix, looks);
  matrix.addEventListener("mousemove", point);
  matrix.addEventListener("mouseleave", () => leave("query", "key"));
  matrix.addEventListener("click", event => lock(under(event)));
  onTrace(() => { refresh(); });
  on(["layer", "head", "added", "weigh"], refresh);
  on(["first"], repaint);
  on(["query", "key"], paintRow);
  on(["scale", "theme", "view"], repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

/** @param {MouseEvent} event */
function under(event) {
  const box = canvas.getBoundingClientRect();
  const query = Math.floor((event.clientY - box.top) / box.height * canvas.height);
  const key = Math.floor((event.clientX - box.left) / box.width * canvas.width);
  return {
    query: Math.max(0, Math.min(canvas.height - 1, query)), key: Math.max(0, Math.min(canvas.width - 1, key)),
  };
}

/** @param {MouseEvent} event */
function point(event) {
  hover(under(event));
}

let waiting = 0;

function refresh() {
  repaint();
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const news = await Promise.all(headsSeen().map(fetchExact));
    if (news.some(Boolean)) {
      repaint();
      document.dispatchEvent(new CustomEvent("exact"));
    }
  }, 60);
}

/** The name of what is shown. @param {Place[]} heads */
export function title(heads) {
  const names = heads.map(({layer, head}) => `L${layer}H${head}`);
  return names.length > 1 ? `Mean of ${names.join(", ")}` : names[0];
}

/** With whom a head shares keys and values. @param {Place} place */
function group({layer, head}) {
  const block = facts?.blocks[layer];
  if (!block || block.groups >= block.heads || !block.groups) return "";
  const shared = block.heads / block.groups, first = head - head % shared;
  return ` keys and values of group ${first / shared}, H${first} to H${first + shared - 1}`;
}

function repaint() {
  const heads = headsSeen().filter(exists);
  byId("head-title").replaceChildren(heads.length ? title(heads) : "Head", make("small", {}, heads.length === 1 ? group(heads[0]) : ""));
  if (!trace || !heads.length) return;
  const {layer} = heads[0];
  canvas.width = trace.blocks[layer].keys;
  canvas.height = trace.tokens.length;
  canvas.setAttribute("aria-label", `Pattern of ${title(heads)}; the list beside it has the values of one row`);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  paintPattern(context, layer, shownWeights(heads).map(weight => 255 * Math.sqrt(weight)), seen().scale === "linear");
  matrix.classList.toggle("away", seen().view !== "matrix");
  paintRow();
}

function paintRow() {
  const heads = headsSeen().filter(exists);
  if (!trace || !heads.length) return;
  const {query, key} = seen();
  const {layer} = heads[0];
  const from = queryOf(query);
  const weights = shownWeights(heads);
  const row = weights.subarray(rowAt(layer, from), rowAt(layer, from) + keysOf(layer, from));
  paintCross(from, key);
  if (seen().view === "lines") paintLines(layer, from, row);
  else paintLooks(layer, from, row);
  readOut(heads, from, key, row);
}

/** @param {number} query @param {number} key */
function paintCross(query, key) {
  cross.setAttribute("viewBox", `0 0 ${canvas.width} ${canvas.height}`);
  cross.setAttribute("preserveAspectRatio", "none");
  cross.replaceChildren(draw("rect", {class: "rowmark", x: 0, y: query, width: canvas.width, height: 1}));
  if (key >= 0) cross.append(draw("rect", {class: "rowmark", x: key, y: 0, width: 1, height: canvas.height}));
}

/** The strongest weights of a row. @param {number} layer @param {number} query @param {Float32Array} row */
function paintLooks(layer, query, row) {
  const order = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 14).filter((key, place) => place < 3 || row[key] >= 5e-4);
  const most = row[order[0]] || 1;
  looks.replaceChildren(
    make("h3", {}, make("code", {}, visible(trace?.tokens[query].text ?? "")), ` (${query}) ${chosen().weigh === "raw" ? "looks at" : "fetches from"}`),
    make("ol", {}, ...order.map(key => {
      const fill = make("span", {className: "fill"});
      fill.style.width = `${100 * row[key] / most}%`;
      return make("li", {
        onmouseenter: () => hover({key}), onmouseleave: () => leave("key"), onclick: () => lock({key}),
      }, make("code", {}, visible(keyText(layer, key))), make("small", {}, String(key)),
      make("span", {className: "track"}, fill), make("b", {}, digits(row[key])));
    })));
}

/** Lines from the query to what it looks at. @param {number} layer @param {number} query @param {Float32Array} row */
function paintLines(layer, query, row) {
  const tokens = trace?.tokens ?? [];
  const span = 34, count = trace?.blocks[layer].keys ?? 0;
  const first = Math.max(0, Math.min(query - Math.floor(span * 0.7), count - span)), last = Math.min(count, first + span);
  const step = 100 / Math.max(12, last - first);
  const svg = draw("svg", {viewBox: "0 0 112 104", role: "img", "aria-label": `Where token ${query} looks`});
  /** @param {number} index */
  const y = index => 4 + (index - first) * step;
  for (let k = first; k < Math.min(last, row.length); k++) {
    svg.append(draw("path", {d: `M36 ${y(query) - 0.8}C54 ${y(query) - 0.8} 54 ${y(k) - 0.8} 72 ${y(k) - 0.8}`,
      class: "line", "stroke-opacity": Math.sqrt(row[k]), "stroke-width": 0.2 + 1.6 * row[k]}));
  }
  for (let i = first; i < last; i++) {
    const size = Math.min(2.6, step * 0.9);
    const own = draw("text", {x: 35, y: y(i), "font-size": size, class: i === query ? "from" : "other", "text-anchor": "end"}, visible(tokens[i]?.text ?? ""));
    const key = draw("text", {x: 73, y: y(i), "font-size": size, class: i < row.length ? "to" : "other"},
      visible(keyText(layer, i)) + (row[i] >= 0.05 ? `  ${row[i].toFixed(2)}` : ""));
    own.addEventListener("mouseenter", () => hover({query: i}));
    own.addEventListener("mouseleave", () => leave("query"));
    own.addEventListener("click", () => lock({query: i}));
    svg.append(own, key);
  }
  looks.replaceChildren(svg);
}

/** @param {Place[]} heads @param {number} query @param {number} key @param {Float32Array} row */
function readOut(heads, query, key, row) {
  const layer = heads[0].layer;
  const from = `q${query} ${visible(trace?.tokens[query].text ?? "")}`;
  const exact = heads.every(isExact) ? "" : "\u2248";
  byId("readout").textContent = key < 0
    ? `${from} → point at a key`
    : `${from} → k${key} ${visible(keyText(layer, key))}  ${key < row.length ? exact + row[key].toFixed(4) : "not seen from here"}`;
}
