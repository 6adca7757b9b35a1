// A training as it went, or as it goes.

import {isGivenUp, latest} from "./api.js";
import {byId, digits, draw, make, notice} from "./dom.js";
import {chosen, lock, on} from "./state.js";

/** @import {Training} from "./types.js" */

/** @type {Training | undefined} */
let training;
let waiting = 0;
const COLOURS = ["var(--blue)", "var(--orange)", "#009e73", "#cc79a7", "var(--grey)"];
const WIDTH = 420, HEIGHT = 170, LEFT = 34, BOTTOM = 18, TOP = 8;

const box = byId("timeline");
const form = make("form", {className: "runform", onsubmit: (/** @type {Event} */ event) => {
  event.preventDefault();
  lock({run: input.value.trim()});
}});
const input = make("input", {placeholder: "folder of ./heed train --out …", spellcheck: false, autocomplete: "off"});
input.setAttribute("aria-label", "Folder of a training");
const watch = make("input", {type: "checkbox", id: "watch", onchange: () => { if (watch.checked) void ask(); }});
form.append(input, make("button", {}, "Open"), make("label", {for: "watch"}, watch, " watch"));

export function begin() {
  byId("training-tools").append(form);
  on(["run"], () => void ask());
  on(["theme", "model"], paint);
  void ask();
}

async function ask() {
  clearTimeout(waiting);
  const {run} = chosen();
  input.value = run;
  if (!run) {
    training = undefined;
    paint();
    return;
  }
  try {
    training = await latest("training", {folder: run}, "training");
    paint();
  } catch (error) {
    if (!isGivenUp(error)) notice(String(/** @type {Error} */ (error).message));
  }
  if (watch.checked) waiting = setTimeout(() => void ask(), 2000);
}

function paint() {
  if (!training) {
    box.replaceChildren(make("p", {className: "empty"}, "Open the folder of a training to see its losses and, where it wrote them, how the scores of heads rise. A click on a checkpoint looks into it."));
    return;
  }
  const {series, checkpoints, folder} = training;
  const losses = series.filter(one => one.kind === "loss"), scores = series.filter(one => one.kind === "score");
  box.replaceChildren(chart("Loss", losses, checkpoints), ...(scores.length ? [chart("Score", scores, checkpoints)] : []),
    make("div", {className: "checkpoints", role: "group", "aria-label": "Checkpoints"}, ...checkpoints.map(({step, model}) => make("button", {
      className: chosen().model === model ? "chip here" : "chip", title: model, onclick: () => lock({model}),
    }, `step ${step}`)), make("button", {className: chosen().model === folder ? "chip here" : "chip", onclick: () => lock({model: folder})}, "best")));
}

/** @param {string} title @param {Training["series"]} series @param {Training["checkpoints"]} checkpoints */
function chart(title, series, checkpoints) {
  const points = series.flatMap(one => one.points);
  const last = Math.max(1, ...points.map(([step]) => step));
  const low = Math.min(0, ...points.map(([, value]) => value)), high = Math.max(...points.map(([, value]) => value), low + 1e-9);
  /** @param {number} step */
  const x = step => LEFT + (WIDTH - LEFT - 8) * step / last;
  /** @param {number} value */
  const y = value => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  const svg = draw("svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": `${title}: ` + series.map(one => `${one.name} ends at ${digits(one.points.at(-1)?.[1] ?? 0)}`).join(", ")});
  for (const value of [low, (low + high) / 2, high]) {
    svg.append(draw("line", {x1: LEFT, x2: WIDTH - 8, y1: y(value), y2: y(value), class: "rule"}),
      draw("text", {x: LEFT - 4, y: y(value) + 3, "text-anchor": "end"}, digits(value)));
  }
  for (const {step, model} of checkpoints) {
    const mark = draw("circle", {cx: x(step), cy: HEIGHT - BOTTOM, r: 3.5, class: chosen().model === model ? "mark here" : "mark"}, draw("title", {}, `step ${step}`));
    mark.addEventListener("click", () => lock({model}));
    svg.append(mark);
  }
  series.forEach((one, index) => svg.append(draw("polyline", {points: one.points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(" "), class: "curve", stroke: COLOURS[index % COLOURS.length]})));
  svg.append(draw("text", {x: WIDTH - 8, y: HEIGHT - 4, "text-anchor": "end"}, `${last} steps`));
  const legend = make("div", {className: "legend"}, ...series.map((one, index) => {
    const swatch = make("i");
    swatch.style.background = COLOURS[index % COLOURS.length];
    return make("span", {}, swatch, `${one.name} ${digits(one.points.at(-1)?.[1] ?? 0)}`);
  }));
  return make("div", {className: "chart"}, make("h3", {}, title), legend, svg);
}
