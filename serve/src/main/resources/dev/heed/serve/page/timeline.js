// A training as it went, or as it goes.

import {isExport, isGivenUp, latest} from "./api.js";
import {byId, digits, draw, make, notice} from "./dom.js";
import {chosen, lock, on} from "./state.js";

/** @import {Training} from "./types.js" */

/** @type {Training | undefined} */
let training;
let waiting = 0;
const COLOURS = ["var(--blue)", "var(--orange)", "#009e73", "#cc79a7", "var(--grey)"];
const FEW = 5;
const WIDTH = 420, HEIGHT = 170, LEFT = 34, BOTTOM = 18, TOP = 8;

const box = byId("timeline");
const form = make("form", {className: "runform", onsubmit: (/** @type {Event} */ event) => {
  event.preventDefault();
  lock({run: input.value.trim()});
}});
const input = make("input", {placeholder: "folder of ./heed train --out …", spellcheck: false, autocomplete: "off"});
input.setAttribute("aria-label", "Folder of a training");
const watch = make("input", {type: "checkbox", id: "watch", onchange: () => lock({watch: watch.checked ? "on" : ""})});
form.append(input, make("button", {}, "Open"), make("label", {for: "watch", title: "Look again every two seconds"}, watch, " watch"));

export function begin() {
  byId("training-tools").append(form);
  byId("training").hidden = isExport && !chosen().run; // a page of its own can open no folder
  on(["run"], () => { input.value = chosen().run; });
  on(["run", "watch"], () => void ask());
  on(["theme", "model"], paint);
  input.value = chosen().run;
  void ask();
}

async function ask() {
  clearTimeout(waiting);
  const {run} = chosen();
  watch.checked = chosen().watch === "on";
  if (!run) {
    training = undefined;
    paint();
    return;
  }
  try {
    const news = await latest("training", {folder: run}, "training");
    const isNew = JSON.stringify(news) !== JSON.stringify(training);
    training = news;
    if (isNew) paint();
  } catch (error) {
    if (!isGivenUp(error)) notice(String(/** @type {Error} */ (error).message));
  }
  if (watch.checked && !isExport) waiting = setTimeout(() => void ask(), 2000);
}

function paint() {
  if (!training) {
    box.replaceChildren(make("p", {className: "empty"}, "Open the folder of a training to see its losses and, where it wrote them, how the scores of heads rise. A click on a checkpoint looks into it."));
    return;
  }
  const {series, checkpoints} = training;
  const losses = series.filter(one => one.kind === "loss"), scores = series.filter(one => one.kind === "score");
  box.replaceChildren(chart("Loss", losses, checkpoints), ...(scores.length ? [chart("Score", scores, checkpoints)] : []),
    scrubber(checkpoints, training.model));
}

/** What chooses a checkpoint. @param {Training["checkpoints"]} checkpoints @param {string} [whole] what the folder stands for */
function scrubber(checkpoints, whole) {
  const {model} = chosen();
  const at = checkpoints.findIndex(one => one.model === model);
  /** @param {string} of @param {string} text */
  const chip = (of, text) => make("button", {className: model === of ? "chip here" : "chip", title: of, onclick: () => lock({model: of})}, text);
  const many = checkpoints.length > FEW;
  const slider = make("input", {type: "range", id: "scrub", min: "0", max: String(checkpoints.length - 1), value: String(at < 0 ? checkpoints.length - 1 : at), "aria-label": "Checkpoint",
    "aria-valuetext": `step ${checkpoints[at]?.step ?? ""}`, onchange: () => lock({model: checkpoints[Number(slider.value)].model})});
  return make("div", {className: "checkpoints", role: "group", "aria-label": "Checkpoints"},
    ...many ? [slider, make("output", {}, at < 0 ? `${checkpoints.length} checkpoints` : `step ${checkpoints[at].step}`)] : checkpoints.map(one => chip(one.model, `step ${one.step}`)),
    ...whole ? [chip(whole, "the model")] : [], ...checkpoints.length || whole ? [] : [make("small", {}, "No checkpoint yet.")]);
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
    if (chosen().model === model) svg.append(draw("line", {x1: x(step), x2: x(step), y1: TOP, y2: HEIGHT - BOTTOM, class: "now"}));
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
