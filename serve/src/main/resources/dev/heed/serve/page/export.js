// What is seen, as files: pictures of a head, numbers, and this page with all that was looked at.

import {isExport, record} from "./api.js";
import {colours} from "./colour.js";
import {exists, facts, fetchExact, keyText, keysOf, meanWeights, rowAt, trace, weights} from "./data.js";
import {draw, make, notice, visible} from "./dom.js";
import {title} from "./head.js";
import {computed} from "./patch.js";
import {chosen, headsSeen} from "./state.js";

const SIZE = 480, MARGIN = 90;

/** @param {HTMLDialogElement} sheet */
export function openExports(sheet) {
  /** @type {[string, string, string, () => Promise<Blob>][]} */
  const kinds = [
    ["svg", "This head, as a drawing", "vector, for papers", async () => new Blob([await svg()], {type: "image/svg+xml"})],
    ["png", "This head, as a picture", "1140 x 1140", png],
    ["json", "All weights that are shown", "numbers with their tokens", numbers],
    ["html", "This page", "one file that opens without a server", page],
  ];
  sheet.replaceChildren(make("h2", {id: "sheet-title"}, "Export"), ...kinds.filter(([kind]) => !isExport || kind !== "html").map(([kind, what, how, build]) =>
    make("button", {className: "exporter", id: `export-${kind}`, onclick: async () => {
      try {
        save(await build(), `heed-${title(headsSeen())}.${kind}`.replace(/[ ,]+/g, "-"));
        sheet.close();
      } catch (error) {
        notice(String(/** @type {Error} */ (error).message));
      }
    }}, make("b", {}, what), make("small", {}, `${how} · .${kind}`))), make("button", {onclick: () => sheet.close()}, "Close"));
  sheet.showModal();
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = make("a", {href: URL.createObjectURL(blob), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The locked heads as an SVG document. */
async function svg() {
  const heads = headsSeen().filter(exists);
  await Promise.all(heads.map(fetchExact));
  const {layer} = heads[0];
  const count = trace?.tokens.length ?? 0, keys = trace?.blocks[layer].keys ?? 0;
  const step = SIZE / Math.max(count, keys), font = Math.min(11, step * 0.85);
  const all = meanWeights(heads);
  const root = draw("svg", {xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${SIZE + MARGIN} ${SIZE + MARGIN}`, width: SIZE + MARGIN, height: SIZE + MARGIN, "font-family": "monospace"});
  root.append(draw("title", {}, `${title(heads)}, ${facts?.name}`), draw("rect", {width: "100%", height: "100%", fill: "#ffffff"}));
  const table = colours("sequential");
  for (let q = 0; q < count; q++) {
    for (let k = 0; k < keysOf(layer, q); k++) {
      const weight = all[rowAt(layer, q) + k];
      const c = 3 * Math.round(255 * (chosen().scale === "linear" ? weight : Math.sqrt(weight)));
      if (weight > 1e-5) {
        root.append(draw("rect", {x: (MARGIN + k * step).toFixed(2), y: (MARGIN + q * step).toFixed(2), width: (step + 0.05).toFixed(2), height: (step + 0.05).toFixed(2), fill: `rgb(${table[c]},${table[c + 1]},${table[c + 2]})`}));
      }
    }
    if (font > 3) root.append(draw("text", {x: MARGIN - 4, y: MARGIN + (q + 0.5) * step + font / 3, "font-size": font, "text-anchor": "end"}, visible(trace?.tokens[q].text ?? "")));
  }
  for (let k = 0; k < keys && font > 3; k++) {
    const x = MARGIN + (k + 0.5) * step + font / 3;
    root.append(draw("text", {x, y: MARGIN - 4, "font-size": font, transform: `rotate(-90 ${x} ${MARGIN - 4})`}, visible(keyText(layer, k))));
  }
  root.append(draw("text", {x: 6, y: 16, "font-size": 12, "font-weight": "bold"}, title(heads)),
    draw("rect", {x: MARGIN, y: MARGIN, width: keys * step, height: count * step, fill: "none", stroke: "#999", "stroke-width": 0.5}));
  return new XMLSerializer().serializeToString(root);
}

/** @returns {Promise<Blob>} */
async function png() {
  const image = new Image();
  image.src = "data:image/svg+xml;base64," + btoa(String.fromCharCode(...new TextEncoder().encode(await svg())));
  await image.decode();
  const canvas = make("canvas", {width: 2 * (SIZE + MARGIN), height: 2 * (SIZE + MARGIN)});
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob(blob => blob ? resolve(blob) : reject(new Error("The picture could not be made."))));
}

async function numbers() {
  const heads = headsSeen().filter(exists);
  await Promise.all(heads.map(fetchExact));
  const rows = heads.map(place => ({...place, rows: (trace?.tokens ?? []).map((_, q) =>
    Array.from(weights(place).subarray(rowAt(place.layer, q), rowAt(place.layer, q) + keysOf(place.layer, q))))}));
  return new Blob([JSON.stringify({model: facts?.name, text: chosen().text, tokens: trace?.tokens.map(token => token.text), heads: rows, patching: computed()})], {type: "application/json"});
}

/** This page with its modules and answers in one file. */
async function page() {
  const shell = await (await fetch("shell.html")).text(), answers = await record();
  /** @param {unknown} value */
  const inside = value => JSON.stringify(value).replace(/</g, "\\u003c");
  return new Blob([shell.replace("{{state}}", () => inside(location.hash.slice(1))).replace("{{recorded}}", () => inside(answers))], {type: "text/html"});
}
