// A map of differences: a row a layer, a column a position or a head.

import {colours, inkOn, signed} from "./colour.js";
import {draw, make, withSign} from "./dom.js";

const LABELLED = 44, NUMBERED = 8;

/**
 * @typedef {{text: string, other?: string}} Column `other` is what stands there in the other text
 * @typedef {{layers: number[], columns: Column[], at: (row: number, column: number) => number | undefined, most: number}} Numbers
 */

/**
 * An empty map.
 * @param {string} id @param {{point: (row: number, column: number) => void, leave: () => void, choose: (row: number, column: number) => void}} listener
 */
export function heat(id, listener) {
  const canvas = make("canvas", {id, role: "img", tabIndex: 0});
  const frame = draw("svg", {class: "cross", "aria-hidden": "true", preserveAspectRatio: "none"});
  const numbers = make("div", {className: "numbers", "aria-hidden": "true"});
  const rows = make("div", {className: "rows", "aria-hidden": "true"}), columns = make("div", {className: "columns", "aria-hidden": "true"});
  const element = make("div", {className: "heat"}, rows, make("div", {className: "plot"}, canvas, frame, numbers), make("span"), columns);
  let cursor = {row: 0, column: 0};
  /** @param {MouseEvent} event */
  const under = event => {
    const box = canvas.getBoundingClientRect();
    /** @param {number} share @param {number} count */
    const index = (share, count) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    return cursor = {row: index((event.clientY - box.top) / box.height, canvas.height), column: index((event.clientX - box.left) / box.width, canvas.width)};
  };
  canvas.addEventListener("mousemove", event => { const {row, column} = under(event); listener.point(row, column); });
  canvas.addEventListener("mouseleave", listener.leave);
  canvas.addEventListener("blur", listener.leave);
  canvas.addEventListener("click", event => { const {row, column} = under(event); listener.choose(row, column); });
  canvas.addEventListener("keydown", event => {
    const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
    if (event.key === "Enter") listener.choose(cursor.row, cursor.column);
    if (!step) return;
    event.preventDefault();
    cursor = {row: Math.max(0, Math.min(canvas.height - 1, cursor.row + step[0])), column: Math.max(0, Math.min(canvas.width - 1, cursor.column + step[1]))};
    listener.point(cursor.row, cursor.column);
  });

  /** @param {Numbers} of @param {string} name what a reader without a picture is told */
  function paint({layers, columns: named, at, most}, name) {
    canvas.width = Math.max(1, named.length);
    canvas.height = Math.max(1, layers.length);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const written = named.length <= NUMBERED;
    numbers.replaceChildren();
    layers.forEach((_, row) => named.forEach((_, column) => {
      const value = at(row, column);
      const colour = value === undefined ? "transparent" : signed(value, most);
      context.fillStyle = colour;
      context.fillRect(column, row, 1, 1);
      if (written) {
        const cell = make("span", {}, value === undefined ? "" : short(value));
        cell.style.color = value === undefined ? "" : inkOn(colour);
        numbers.append(cell);
      }
    }));
    element.style.setProperty("--rows", String(layers.length));
    element.style.setProperty("--columns", String(named.length));
    const everyRow = Math.ceil(layers.length / 16), every = Math.ceil(named.length / LABELLED);
    rows.replaceChildren(...layers.map((layer, row) => make("span", {}, row % everyRow ? "" : `L${layer}`)));
    columns.classList.toggle("upright", !written);
    columns.replaceChildren(...named.map(({text, other}, column) => other === undefined ? make("span", {}, column % every === 0 ? text : "")
      : make("span", {className: "marked"}, text, written ? make("br") : " \u2260 ", other)));
    canvas.setAttribute("aria-label", name);
    frame.setAttribute("viewBox", `0 0 ${canvas.width} ${canvas.height}`);
  }

  /** Frames one cell, or none. @param {number} row @param {number} column */
  function mark(row, column) {
    frame.replaceChildren(...row >= 0 && column >= 0 ? [draw("rect", {class: "rowmark", x: column, y: row, width: 1, height: 1})] : []);
  }

  return {element, paint, mark};
}

/** With its sign and two digits, which a cell has room for. @param {number} value */
function short(value) {
  const text = Math.abs(value).toFixed(2);
  return text === "0.00" ? "0" : (value < 0 ? "\u2212" : "+") + text;
}

/** The colours from -most to most. @param {number} most @param {string} low what blue says @param {string} high what red says */
export function scaleOf(most, low, high) {
  const canvas = make("canvas", {width: 256, height: 1, "aria-hidden": "true"});
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(256, 1), table = colours("diverging");
  for (let i = 0; i < 256; i++) image.data.set([table[3 * i], table[3 * i + 1], table[3 * i + 2], 255], 4 * i);
  context.putImageData(image, 0, 0);
  return make("div", {className: "scale", title: `${low} · 0: nothing changes · ${high}`},
    make("span", {}, withSign(-most)), canvas, make("span", {}, withSign(most)));
}
