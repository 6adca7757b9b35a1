// What the model would say after each layer, and who spoke for a token.

import {isExport, isGivenUp, json} from "./api.js";
import {inkOn, shade} from "./colour.js";
import {onTrace, queryOf, subject, trace} from "./data.js";
import {byId, digits, make, notice, segmented, visible, withSign} from "./dom.js";
import {chosen, hover, leave, lock, on, seen} from "./state.js";

/** @import {Attribution, Guess} from "./types.js" */

/** @type {Guess[][]} */
let layers = [];
/** @type {Attribution | undefined} */
let attribution;
let colour = "probability";
const SHOWN = 14;

const table = make("div", {className: "lenstable"});
const bars = make("div", {className: "bars"});

export function begin() {
  byId("lens-tools").append(segmented("Colour by", [
    ["probability", "probability", "Of the likeliest token"], ["rank", "rank of the next token", "Which place the token that does come has"]],
  () => colour, choice => { colour = choice; paint(); }));
  byId("layers").append(table, bars);
  onTrace(() => void ask());
  on(["query"], () => { paint(); void attribute(); });
  on(["theme"], () => { paint(); paintBars(); });
}

async function ask() {
  layers = [];
  attribution = undefined;
  try {
    layers = (await json("lens", subject(), "lens")).layers;
    paint();
    await attribute();
  } catch (error) {
    if (!isGivenUp(error)) say(error);
  }
}

/** @param {unknown} error */
function say(error) {
  if (!isExport) notice(String(/** @type {Error} */ (error).message));
}

async function attribute() {
  if (!layers.length) return;
  const position = queryOf(chosen().query);
  try {
    attribution = await json("attribution", {...subject(), position, token: target(position)}, "attribution");
    paintBars();
  } catch (error) {
    if (!isGivenUp(error)) say(error);
  }
}

/** The token that does come, or the likeliest after the last one. @param {number} position */
function target(position) {
  return trace?.tokens[position + 1]?.id ?? layers[layers.length - 1][position].id;
}

function paint() {
  if (!layers.length || !trace) return;
  const at = queryOf(seen().query), count = trace.tokens.length;
  const first = Math.max(0, Math.min(at - SHOWN + 4, count - SHOWN)), last = Math.min(count, first + SHOWN);
  const positions = Array.from({length: last - first}, (_, i) => first + i);
  const head = make("tr", {}, make("th", {scope: "col"}, "after"), ...positions.map(position => {
    const th = make("th", {scope: "col", className: position === at ? "at" : "", onclick: () => lock({query: position})}, make("code", {}, visible(trace?.tokens[position].text ?? "")));
    return th;
  }));
  const rows = layers.map((row, layer) => make("tr", {}, make("th", {scope: "row"}, layer === 0 ? "embed" : `L${layer - 1}`),
    ...positions.map(position => cell(row[position], position, position === at)))).reverse();
  const next = make("tr", {className: "next"}, make("th", {scope: "row"}, "next"),
    ...positions.map(position => make("td", {}, make("code", {}, visible(trace?.tokens[position + 1]?.text ?? "…")))));
  table.replaceChildren(make("table", {"aria-label": "Likeliest next token after each layer"}, make("thead", {}, head), make("tbody", {}, next, ...rows)));
}

/** @param {Guess} guess @param {number} position @param {boolean} isAt */
function cell(guess, position, isAt) {
  const share = colour === "rank" ? (guess.rank ? 1 / Math.sqrt(guess.rank) : 0) : guess.probability;
  const background = shade(0.9 * share);
  const td = make("td", {className: (isAt ? "at" : "") + (guess.rank === 1 ? " right" : ""), onclick: () => lock({query: position}),
    onmouseenter: () => hover({query: position}), onmouseleave: () => leave("query"),
    title: `${visible(guess.text)} ${digits(guess.probability)}` + (guess.rank ? ` · the next token is number ${guess.rank}, loss ${digits(guess.loss)} nats` : "")},
  make("code", {}, colour === "rank" && guess.rank ? String(guess.rank) : visible(guess.text)));
  td.style.background = background;
  td.style.color = inkOn(background);
  return td;
}

function paintBars() {
  if (!attribution || !trace) return;
  const {contributions, logit, text} = attribution;
  const all = contributions.map((part, index) => ({...part, index}));
  const strongest = [...all].sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount)).slice(0, 9);
  const rest = contributions.reduce((sum, part) => sum + part.amount, 0) - strongest.reduce((sum, part) => sum + part.amount, 0);
  const most = Math.max(1e-9, ...strongest.map(part => Math.abs(part.amount)));
  const row = (/** @type {string} */ name, /** @type {number} */ amount, /** @type {() => void} */ click) => {
    const fill = make("span", {className: "fill"});
    fill.style.width = `${50 * Math.min(1, Math.abs(amount) / most)}%`;
    fill.style.left = amount < 0 ? `${50 - 50 * Math.min(1, Math.abs(amount) / most)}%` : "50%";
    fill.style.background = amount < 0 ? "var(--red)" : "var(--blue)";
    return make("li", {onclick: click}, make("span", {}, name), make("span", {className: "track both"}, fill), make("b", {}, withSign(amount)));
  };
  bars.replaceChildren(
    make("h3", {}, "Who speaks for ", make("code", {}, visible(text)), " after ", make("code", {}, visible(trace.tokens[queryOf(chosen().query)].text))),
    make("ol", {}, ...strongest.map(part => row(partName(part.part), part.amount, () => visit(part.part))), row("all others", rest, () => {})),
    make("small", {}, `sum ${withSign(contributions.reduce((sum, part) => sum + part.amount, 0))} = logit ${withSign(logit)}`));
}

/** @param {string} part */
function partName(part) {
  const head = part.match(/^blocks\.(\d+)\.attn\.z\.(\d+)$/);
  if (head) return `L${head[1]}H${head[2]}`;
  return part.replace(/^blocks\.(\d+)\./, "L$1 ").replace("mlp_out", "MLP").replace("attn_out", "attention").replace("ln_final.", "last norm ");
}

/** @param {string} part */
function visit(part) {
  const head = part.match(/^blocks\.(\d+)\.attn\.z\.(\d+)$/);
  if (head) lock({layer: Number(head[1]), head: Number(head[2]), added: ""});
}
