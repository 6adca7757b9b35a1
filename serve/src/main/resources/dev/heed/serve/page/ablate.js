// Heads switched off, and what that changed: the Δ column.

import {isExport, isGivenUp, json, lines} from "./api.js";
import {signed} from "./colour.js";
import {exists, onTrace, queryOf, subject, trace} from "./data.js";
import {byId, digits, make, notice, segmented, visible, withSign} from "./dom.js";
import {addOverlay, repaint} from "./grid.js";
import * as patch from "./patch.js";
import {chosen, lock, on, places} from "./state.js";

/** @import {Effect, Place} from "./types.js" */

/** @type {Effect | undefined} */
let effect;
let by = chosen().ablated.includes("z") ? "zero" : "mean";
/** @type {Map<string, number>} Δ loss of each head alone */
let costs = new Map();
/** @type {AbortController | undefined} */
let sweeping;

const box = byId("ablation");

export function begin() {
  const kinds = segmented("Replace by", [
    ["mean", "mean", "The head says what it says on average over this text: only what it tells apart is gone"],
    ["zero", "zero", "The head says nothing, which later layers have never seen"]],
  () => by, choice => {
    by = choice;
    if (chosen().ablated) lock({ablated: chosen().ablated.replace(/[mz]/g, choice[0])});
    costs = new Map();
    if (chosen().overlay === "loss") void sweep();
    paint();
  });
  const tabs = segmented("Pane", [["ablate", "Ablate", "Heads switched off, and what that costs"], ["patch", "Patch", "A clean text against a corrupt one: what carries the answer"]],
    () => chosen().tab, tab => lock({tab}));
  byId("effect-title").after(tabs);
  byId("effect-tools").append(kinds, patch.tab.tools);
  box.after(patch.tab.content);
  const open = () => {
    tabs.update();
    const isPatch = chosen().tab === "patch";
    box.hidden = kinds.hidden = isPatch;
    patch.tab.content.hidden = patch.tab.tools.hidden = !isPatch;
  };
  on(["tab"], open);
  open();
  patch.begin();
  addOverlay("loss", {
    value: ({layer, head}) => costs.get(`${layer}.${head}`), text: digits, signed: true,
    caption: "Δ loss in nats per token when that head alone is replaced: red heads helped with this text, blue ones hurt.",
  });
  onTrace(() => { costs = new Map(); effect = undefined; box.classList.add("stale"); void ask(); if (chosen().overlay === "loss") void sweep(); });
  on(["ablated", "query"], () => void ask());
  on(["layer", "head", "theme"], paint);
  on(["overlay"], () => { if (chosen().overlay === "loss" && !costs.size) void sweep(); });
}

/** The heads that are switched off. @returns {(Place & {by: string})[]} */
function silenced() {
  const kinds = chosen().ablated.split(",").filter(Boolean).map(one => one.endsWith("z") ? "zero" : "mean");
  return places(chosen().ablated).map((place, i) => ({...place, by: kinds[i]})).filter(exists);
}

/** Switches a head off, or on again. @param {Place} place */
export function toggle({layer, head}) {
  const all = chosen().ablated.split(",").filter(Boolean);
  const without = all.filter(one => one.slice(0, -1) !== `${layer}.${head}`);
  lock({ablated: (without.length < all.length ? without : [...all, `${layer}.${head}${by[0]}`]).join(",")});
}

async function ask() {
  const heads = silenced();
  try {
    effect = trace ? await json("effect", {...subject(), heads, position: queryOf(chosen().query)}, "effect") : undefined;
    box.classList.remove("stale");
    paint();
  } catch (error) {
    if (!isGivenUp(error) && !isExport) notice(String(/** @type {Error} */ (error).message));
  }
}

/** Asks for every head alone; the grid fills as answers come. */
async function sweep() {
  sweeping?.abort();
  const own = sweeping = new AbortController();
  costs = new Map();
  try {
    await lines("sweep", {...subject(), by}, own.signal, (/** @type {Place & {delta: number}} */ part) => {
      costs.set(`${part.layer}.${part.head}`, part.delta);
      repaint();
    });
  } catch (error) {
    if (!isGivenUp(error)) notice(String(/** @type {Error} */ (error).message));
  }
}

function paint() {
  const {layer, head} = chosen();
  const heads = silenced();
  const isOff = heads.some(place => place.layer === layer && place.head === head);
  box.replaceChildren(
    make("div", {className: "chips"},
      make("button", {className: isOff ? "primary off" : "primary", id: "toggle", "aria-pressed": String(isOff),
        onclick: () => toggle({layer, head}), title: "Key: a"}, `${isOff ? "Restore" : "Ablate"} L${layer}H${head}`),
      ...heads.map(place => make("button", {className: "chip", title: "Take it back", onclick: () => toggle(place),
        "aria-label": `Restore layer ${place.layer} head ${place.head}`}, `L${place.layer}H${place.head} ${place.by} ×`)),
      ...(heads.length > 1 ? [make("button", {className: "chip", onclick: () => lock({ablated: ""})}, "all back")] : [])),
    ...(effect ? [summary(effect, heads.length), ...(heads.length ? [losses(effect)] : []), predictions(effect)] : []));
}

/** @param {Effect} of @param {number} count */
function summary(of, count) {
  const delta = of.after - of.before;
  const number = make("b", {id: "delta-loss", className: "delta"}, count ? withSign(delta) : "Δ");
  number.style.color = !count || Math.abs(delta) < 0.0005 ? "var(--soft)" : delta > 0 ? "var(--red)" : "var(--blue)";
  return make("div", {className: "summary", "aria-live": "polite"}, number, make("div", {},
    make("span", {}, count ? "nats per token of loss" : "Ablate a head to see what it was worth"),
    make("small", {}, count ? `${digits(of.before)} → ${digits(of.after)} · KL ${digits(of.kl)}` : `loss of this text: ${digits(of.before)} nats per token`)));
}

/** The change of the loss of each token. @param {Effect} of */
function losses(of) {
  const most = Math.max(0.05, ...of.losses.map(Math.abs));
  const strip = make("div", {className: "losses", role: "img",
    "aria-label": "Change of the loss of each token; the largest: " + largest(of.losses)});
  of.losses.forEach((change, index) => {
    const bar = make("i", {title: `${index} ${visible(trace?.tokens[index].text ?? "")} ${withSign(change)} nats`});
    bar.style.background = signed(change, most);
    strip.append(bar);
  });
  return make("div", {}, make("h3", {}, "Δ loss, token by token"), strip);
}

/** @param {number[]} changes */
function largest(changes) {
  const order = [...changes.keys()].sort((a, b) => Math.abs(changes[b]) - Math.abs(changes[a])).slice(0, 3);
  return order.map(i => `token ${i} ${withSign(changes[i])}`).join(", ");
}

/** @param {Effect} of */
function predictions(of) {
  const at = queryOf(chosen().query);
  const rows = of.top.map(({text, before, after, actual}) => {
    const cell = make("td", {className: "change"}, withSign(after - before));
    cell.style.color = Math.abs(after - before) < 0.0005 ? "var(--soft)" : after > before ? "var(--blue)" : "var(--red)";
    const bar = make("span", {className: "fill"});
    bar.style.width = `${100 * after}%`;
    const ghost = make("span", {className: "ghost"});
    ghost.style.left = `${100 * before}%`;
    return make("tr", {className: actual ? "actual" : ""}, make("td", {}, make("code", {}, visible(text)), actual ? make("small", {title: "the token that does follow"}, " ✓") : ""),
      make("td", {}, digits(before)), make("td", {}, make("span", {className: "track"}, bar, ghost)), make("td", {}, digits(after)), cell);
  });
  return make("div", {}, make("h3", {}, "What follows ", make("code", {}, visible(trace?.tokens[at].text ?? "")), ` (${at})`),
    make("table", {className: "guesses"}, make("thead", {}, make("tr", {}, ...["token", "before", "", "after", "Δ"].map(text => make("th", {scope: "col"}, text)))),
      make("tbody", {}, ...rows)));
}
