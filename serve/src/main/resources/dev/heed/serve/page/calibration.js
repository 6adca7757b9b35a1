// Whether the model is right as often as it says, and what a temperature makes of it.

import {onTrace} from "./data.js";
import {byId, digits, draw, make, withSign} from "./dom.js";
import {study} from "./study.js";

/** @import {Calibration} from "./types.js" */

/** @type {Map<number, Calibration>} by temperature */
let found = new Map();
let fitted = 1, at = 1, judged = 0;
const SIZE = 460, LEFT = 44, TOP = 10, COUNTS = 84;

const slider = make("input", {type: "range", min: "0", max: "48", step: "1", value: "24", id: "temperature", "aria-label": "Temperature", oninput: () => choose(ladder(Number(slider.value)))});
const value = make("b", {className: "delta", id: "temperature-value"});
const asIs = make("button", {className: "chip", type: "button", onclick: () => choose(1)}, "as it is, 1.00");
const best = make("button", {className: "chip", type: "button", id: "fitted", onclick: () => choose(fitted)});
const chart = make("div", {className: "chart"}), figures = make("div"), curve = make("div", {className: "chart"}), says = make("p", {className: "says", "aria-live": "polite"});

/** A temperature of the slider. @param {number} step */
function ladder(step) {
  return 4 ** ((step - 24) / 24);
}

export function begin() {
  const tokens = make("input", {type: "number", className: "plain number", min: "2", max: "16384", step: "1", value: "1024", "aria-label": "The most tokens that are read"});
  const {bar, changed} = study({path: "calibration", page: "calibration", atOnce: true, settings: () => ({tokens: Number(tokens.value)}), forget, take, progress});
  tokens.addEventListener("change", () => changed());
  bar.insertBefore(make("label", {}, "at most ", tokens, " tokens"), bar.children[1]);
  byId("calibration").append(
    make("div", {className: "pagehead"}, make("div", {}, make("h2", {}, "Is it right as often as it says?"),
      make("p", {}, "Of all it calls 70 % likely, 70 of 100 should come true. Bars below the line: it is too sure. One temperature, fitted on the first half of the predictions, is judged on the second half, which is what you see.")), bar),
    make("div", {className: "columns"}, make("div", {className: "left"}, chart),
      make("div", {className: "right"}, make("div", {className: "knob"}, make("div", {}, make("h3", {}, "Temperature"), value), slider, make("div", {className: "chips"}, asIs, best)), says, figures, curve)));
  onTrace(paint);
  paint();
}

function forget() {
  found = new Map();
  at = 1;
  paint();
}

/** @param {any} line */
function take(line) {
  if (line.judged !== undefined) {
    fitted = line.temperature;
    judged = line.judged;
    return;
  }
  found.set(line.temperature, line);
  paint();
}

function progress() {
  return found.size === 0 ? (judged ? "reading…" : "") : found.size < 50 ? `${found.size} of 50 temperatures` : `${judged} predictions are judged`;
}

/** @param {number} temperature */
function choose(temperature) {
  at = temperature;
  paint();
}

/** What is known of a temperature, or of the nearest one that is. @param {number} temperature */
function near(temperature) {
  let best;
  for (const [other, one] of found) {
    if (!best || Math.abs(Math.log(other / temperature)) < Math.abs(Math.log(best[0] / temperature))) best = /** @type {[number, Calibration]} */ ([other, one]);
  }
  return best?.[1];
}

function paint() {
  slider.value = String(24 + 24 * Math.log(at) / Math.log(4));
  value.textContent = at.toFixed(2);
  best.textContent = `fitted, ${fitted.toFixed(2)}`;
  best.disabled = !found.size;
  asIs.classList.toggle("here", at === 1);
  best.classList.toggle("here", at === fitted);
  const now = near(at), first = found.get(1), fit = found.get(fitted);
  if (!now || !first) {
    chart.replaceChildren(make("p", {className: "empty"}, "Reading the text…"));
    for (const element of [figures, curve, says]) element.replaceChildren();
    return;
  }
  chart.replaceChildren(reliability(now, first));
  figures.replaceChildren(table(first, now, fit));
  curve.replaceChildren(losses());
  says.textContent = sentence(now, first);
}

/** @param {Calibration} now @param {Calibration} first */
function sentence(now, first) {
  const gap = now.confidence - now.accuracy;
  const how = Math.abs(gap) < 0.01 ? "about right" : gap > 0 ? `too sure by ${(100 * gap).toFixed(1)} points` : `not sure enough by ${(-100 * gap).toFixed(1)} points`;
  const few = now.count < 300 ? ` Only ${now.count} predictions were judged: bins hold few, and much of their distance from the line may be chance.` : "";
  return `It says ${(100 * now.confidence).toFixed(1)} % on average and is right in ${(100 * now.accuracy).toFixed(1)} %: ${how}. `
    + (at === 1 ? "" : `The accuracy is ${now.accuracy === first.accuracy ? "the same to the last bit" : "not the same"}: no temperature changes which token is the likeliest.`) + few;
}

/** @param {Calibration} first @param {Calibration} now @param {Calibration | undefined} fit */
function table(first, now, fit) {
  /** @type {[string, keyof Calibration, string][]} */
  const rows = [["ECE, 15 bins", "ece", "Expected calibration error: the mean distance of the bars from the line, weighed by how many predictions each holds"],
    ["adaptive ECE", "adaptiveEce", "The same over bins of as many predictions each"], ["Brier", "brier", "Mean squared distance of the probabilities from what came true, 0 to 2"],
    ["loss, nats", "loss", "Mean of minus log of the probability of what came"], ["accuracy", "accuracy", "Share in which the likeliest token came"], ["confidence", "confidence", "Mean probability of the likeliest token"]];
  return make("table", {className: "guesses figures"}, make("thead", {}, make("tr", {}, ...["", "as it is", `T = ${at.toFixed(2)}`, "Δ", `fitted ${fitted.toFixed(2)}`].map(text => make("th", {scope: "col"}, text)))),
    make("tbody", {}, ...rows.map(([name, key, title]) => {
      const change = make("td", {className: "change"}, withSign(Number(now[key]) - Number(first[key])));
      return make("tr", {}, make("td", {title}, name), cell(first, key), cell(now, key), change, fit ? cell(fit, key) : make("td", {}, "…"));
    })));
}

/** @param {Calibration} of @param {keyof Calibration} key */
function cell(of, key) {
  return make("td", {}, Number(of[key]).toFixed(4));
}

/** Bars of what came true, over how sure the model was; below how often it was so sure. @param {Calibration} now @param {Calibration} first */
function reliability(now, first) {
  const width = SIZE - LEFT - 22;
  /** @param {number} p */
  const x = p => LEFT + width * p;
  /** @param {number} p */
  const y = p => TOP + width * (1 - p);
  const bottom = y(0) + 20, most = Math.max(1, ...now.bins.map(bin => bin.count), ...first.bins.map(bin => bin.count));
  const svg = draw("svg", {viewBox: `0 0 ${SIZE} ${bottom + COUNTS + 22}`, role: "img", class: "reliability",
    "aria-label": "Reliability: " + now.bins.filter(bin => bin.count).map(bin => `said ${digits(bin.confidence)}, true ${digits(bin.accuracy)} of ${bin.count}`).join("; ")});
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(draw("line", {x1: LEFT, x2: x(1), y1: y(p), y2: y(p), class: "rule"}), draw("text", {x: LEFT - 6, y: y(p) + 3, "text-anchor": "end"}, `${100 * p} %`),
      draw("text", {x: x(p), y: y(0) + 14, "text-anchor": "middle"}, `${100 * p} %`));
  }
  for (const bin of now.bins.filter(one => one.count)) {
    const from = x(bin.low) + 1, wide = x(bin.high) - x(bin.low) - 2, [low, high] = interval(bin.accuracy, bin.count);
    const mid = from + wide / 2, over = Math.max(bin.accuracy, bin.confidence), under = Math.min(bin.accuracy, bin.confidence);
    const title = draw("title", {}, `said ${digits(bin.confidence)}, came true ${digits(bin.accuracy)} of ${bin.count}; 95 % interval ${digits(low)} to ${digits(high)}`);
    const group = draw("g", {}, title, draw("rect", {x: from, y: y(bin.accuracy), width: wide, height: y(0) - y(bin.accuracy), class: "true", "fill-opacity": 0.35 + 0.65 * Math.sqrt(bin.count / most)}),
      draw("rect", {x: from, y: y(over), width: wide, height: y(under) - y(over), class: "gap"}),
      draw("line", {x1: from, x2: from + wide, y1: y(bin.confidence), y2: y(bin.confidence), class: "said"}),
      draw("line", {x1: mid, x2: mid, y1: y(low), y2: y(high), class: "whisker"}));
    svg.append(group);
  }
  svg.append(draw("line", {x1: x(0), y1: y(0), x2: x(1), y2: y(1), class: "ideal"}));
  counts(svg, now, bottom, most, x);
  svg.append(draw("text", {x: x(0.5), y: bottom + COUNTS + 18, "text-anchor": "middle"}, "how sure the model said it was of the likeliest token"),
    draw("text", {x: 11, y: y(0.5), "text-anchor": "middle", transform: `rotate(-90 11 ${y(0.5)})`}, "how often it came true"));
  return svg;
}

/** @param {Element} svg @param {Calibration} now @param {number} top @param {number} most @param {(p: number) => number} x */
function counts(svg, now, top, most, x) {
  const base = top + COUNTS;
  for (const bin of now.bins) {
    const from = x(bin.low) + 1, wide = x(bin.high) - x(bin.low) - 2, high = (COUNTS - 16) * bin.count / most;
    svg.append(draw("rect", {x: from, y: base - high, width: wide, height: high, class: "count"}),
      draw("text", {x: from + wide / 2, y: base - high - 3, "text-anchor": "middle", class: "number"}, bin.count ? String(bin.count) : ""));
  }
  svg.append(draw("line", {x1: x(0), x2: x(1), y1: base, y2: base, class: "rule"}));
}

/** Wilson's interval of a share. @param {number} share @param {number} count */
function interval(share, count) {
  const z = 1.96, middle = (share + z * z / (2 * count)) / (1 + z * z / count);
  const half = z / (1 + z * z / count) * Math.sqrt(share * (1 - share) / count + z * z / (4 * count * count));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Loss and calibration error over temperature. */
function losses() {
  const all = [...found.values()].sort((a, b) => a.temperature - b.temperature);
  const wide = 600, high = 120, left = 20;
  /** @param {number} t */
  const x = t => left + (wide - left - 10) * (Math.log(t) / Math.log(4) + 1) / 2;
  const svg = draw("svg", {viewBox: `0 0 ${wide} ${high + 26}`, role: "img", "aria-label": "Loss and calibration error by temperature"});
  for (const t of [0.25, 0.5, 1, 2, 4]) svg.append(draw("line", {x1: x(t), x2: x(t), y1: 6, y2: high, class: "rule"}), draw("text", {x: x(t), y: high + 14, "text-anchor": "middle"}, String(t)));
  /** @type {[keyof Calibration, string][]} */
  const kinds = [["loss", "var(--blue)"], ["ece", "var(--orange)"]];
  for (const [key, colour] of kinds) {
    const values = all.map(one => Number(one[key])), low = Math.min(...values), top = Math.max(...values, low + 1e-9);
    /** @param {number} v */
    const y = v => high - (high - 12) * (v - low) / (top - low);
    svg.append(draw("polyline", {points: all.map(one => `${x(one.temperature).toFixed(1)},${y(Number(one[key])).toFixed(1)}`).join(" "), class: "curve", stroke: colour}));
    const here = near(at);
    if (here) svg.append(draw("circle", {cx: x(here.temperature), cy: y(Number(here[key])), r: 4, fill: colour}));
  }
  svg.append(draw("line", {x1: x(fitted), x2: x(fitted), y1: 6, y2: high, class: "fitted"}), draw("text", {x: x(fitted) + 4, y: 14}, "fitted"));
  const blue = make("i"), orange = make("i");
  blue.style.background = "var(--blue)";
  orange.style.background = "var(--orange)";
  return make("div", {}, make("div", {className: "legend"}, make("span", {}, blue, "loss"), make("span", {}, orange, "ECE"), make("small", {}, "over temperature, each from its least to its largest")), svg);
}
