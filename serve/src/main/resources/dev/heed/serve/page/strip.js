// The text as tokens: from one of them the chosen head looks at the others.

import {inkOn, shade} from "./colour.js";
import {exists, fetchExact, keysOf, meanWeights, onTrace, queryOf, rowAt, trace} from "./data.js";
import {byId, digits, make, visible} from "./dom.js";
import {chosen, headsSeen, hover, leave, lock, on, seen} from "./state.js";

/** @type {HTMLElement[]} */
let chips = [];
/** @type {(() => {received: number[], entropy: number[]}) | undefined} */
let bars;

/** Gives the bars under the tokens. @param {() => {received: number[], entropy: number[]}} source */
export function setBars(source) {
  bars = source;
}

export function begin() {
  const strip = byId("tokens");
  strip.addEventListener("keydown", keys);
  onTrace(build);
  const received = make("span", {className: "key"}), entropy = make("span", {className: "key"});
  received.style.background = "var(--blue)";
  entropy.style.background = "var(--grey)";
  byId("strip-legend").append("Shade: where the framed token looks.", received, "what a token receives from those that may see it", entropy, "how spread its own look is");
  on(["layer", "head", "added", "query", "key", "scale", "theme"], repaint);
  document.addEventListener("exact", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

function build() {
  chips = (trace?.tokens ?? []).map((token, index) => make("span", {
    className: token.text.endsWith("\n") ? "token ends" : "token", role: "option", id: `token-${index}`, "data-index": String(index),
    onmouseenter: () => hover({query: index}),
    onmouseleave: () => leave("query"),
    onclick: () => lock({query: index}),
  }, make("span", {className: "piece"}, visible(token.text)), make("span", {className: "received"}), make("span", {className: "entropy"})));
  byId("tokens").replaceChildren(...chips.flatMap(chip => chip.classList.contains("ends") ? [chip, make("br")] : [chip]));
  repaint();
}

/** Colours the tokens by where the query looks. */
export function repaint() {
  const heads = headsSeen().filter(exists);
  if (!trace || !heads.length) return;
  const {query, scale} = seen();
  const from = queryOf(query), layer = heads[0].layer;
  const weights = meanWeights(heads);
  const before = trace.blocks[layer].keys - trace.tokens.length;
  const row = weights.subarray(rowAt(layer, from), rowAt(layer, from) + keysOf(layer, from));
  chips.forEach((chip, index) => {
    const weight = row[index + before] ?? 0;
    const colour = weight > 0 ? shade(scale === "linear" ? weight : Math.sqrt(weight)) : "";
    chip.style.background = colour;
    chip.style.color = colour ? inkOn(colour) : "";
    chip.classList.toggle("query", index === from);
    chip.classList.toggle("locked", index === queryOf(chosen().query));
    chip.classList.toggle("unseen", index + before >= row.length);
    chip.setAttribute("aria-selected", String(index === from));
    chip.setAttribute("aria-label", `${index}: ${trace?.tokens[index].text.trim() || "blank"}, weight ${digits(weight)}`);
    chip.title = `${index} ${visible(trace?.tokens[index].text ?? "")} · weight ${digits(weight)}` +
      (index ? ` · loss ${digits(trace?.tokens[index].loss ?? 0)} nats` : "");
  });
  byId("tokens").setAttribute("aria-activedescendant", `token-${from}`);
  paintBars();
}

function paintBars() {
  if (!bars) return;
  const {received, entropy} = bars();
  const most = Math.max(1e-9, ...received);
  chips.forEach((chip, index) => {
    /** @type {HTMLElement} */ (chip.children[1]).style.width = `${100 * (received[index] ?? 0) / most}%`;
    /** @type {HTMLElement} */ (chip.children[2]).style.width = `${100 * (entropy[index] ?? 0)}%`;
  });
}

/** @param {KeyboardEvent} event */
function keys(event) {
  const count = trace?.tokens.length ?? 0, at = queryOf(chosen().query);
  const next = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1}[event.key];
  if (next === undefined) return;
  event.preventDefault();
  lock({query: Math.max(0, Math.min(count - 1, next))});
  for (const place of headsSeen()) void fetchExact(place);
}
