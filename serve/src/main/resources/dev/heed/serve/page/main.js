// Puts the page together.

import * as ablate from "./ablate.js";
import {isExport} from "./api.js";
import {facts, look, onTrace, trace} from "./data.js";
import {byId, make, notice, tooLong} from "./dom.js";
import * as evidence from "./evidence.js";
import {openExports} from "./export.js";
import * as calibration from "./calibration.js";
import * as faithfulness from "./faithfulness.js";
import * as generation from "./generation.js";
import * as grid from "./grid.js";
import * as head from "./head.js";
import * as insights from "./insights.js";
import * as lens from "./lens.js";
import * as measures from "./measures.js";
import {chosen, lock, on} from "./state.js";
import * as study from "./study.js";
import * as steps from "./steps.js";
import * as strip from "./strip.js";
import * as timeline from "./timeline.js";

const EXAMPLE = "ROMEO:\nBut soft! what light through yonder window breaks?\nIt is the east, and Juliet is the sun.";

const text = /** @type {HTMLTextAreaElement} */ (byId("text"));
const model = /** @type {HTMLInputElement} */ (byId("model"));
const sheet = /** @type {HTMLDialogElement} */ (byId("sheet"));

grid.begin([["pattern", "Pattern", "Where each head looks"], ["focus", "Focus", "How focused each head is"], ["sink", "Sink", "How much rests on the first token"], ["role", "Role", "What the pattern of a head fits"],
  ["loss", "Δ loss", "What each head alone is worth: as many forward passes as heads"]]);
head.begin();
steps.begin();
strip.begin();
measures.begin();
ablate.begin();
evidence.begin();
generation.begin();
lens.begin();
insights.begin();
timeline.begin();
calibration.begin();
faithfulness.begin();
byId("pages").append(study.tabs());

if (!chosen().text) lock({text: EXAMPLE});
onTrace(() => {
  model.value = facts?.name ?? "";
  text.value = chosen().text;
  byId("model-facts").textContent = facts
    ? `${facts.blocks.length} layers × ${Math.max(...facts.blocks.map(block => block.heads))} heads · ${trace?.tokens.length} of ${facts.context} tokens` + (facts.example ? ` · token ids 0 to ${facts.vocabulary - 1}` : "")
    : "";
});
byId("text-form").addEventListener("submit", event => {
  event.preventDefault();
  read();
});
text.addEventListener("keydown", event => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    read();
  }
});
byId("model-form").addEventListener("submit", event => {
  event.preventDefault();
  lock({model: model.value.trim(), layer: 0, head: 0, added: "", ablated: "", continued: "", query: -1, key: -1});
});
on(["model", "text", "continued"], () => void look());
on(["theme"], theme);
byId("theme").addEventListener("click", toggleTheme);
byId("help").addEventListener("click", help);
byId("export").addEventListener("click", () => openExports(sheet));

function read() {
  const problem = tooLong(text.value);
  if (problem) return notice(problem);
  lock({text: text.value, continued: "", query: -1, key: -1});
}

function theme() {
  document.documentElement.dataset.theme = chosen().theme;
}

function toggleTheme() {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--dark").trim() === "1";
  lock({theme: dark ? "light" : "dark"});
}

function help() {
  const keys = [["point", "preview"], ["click", "lock"], ["shift-click", "add a head: their mean is shown"], ["← →", "in the text: the token that looks; in the grid: the head"],
    ["↑ ↓", "in the grid: the layer"], ["a", "ablate the locked head, or restore it"], ["m", "matrix or lines"], ["e", "export"], ["t", "light or dark"], ["/", "edit the text"], ["?", "this help"]];
  sheet.replaceChildren(make("h2", {id: "sheet-title"}, "How to read this page"),
    make("p", {}, "Every token looks at those before it. A head is one way of looking; the grid shows all of them, a row a layer. In each picture a row is the token that looks, a column the token that is looked at, and the stronger the colour, the more."),
    make("p", {}, "Tint the text by something else than weights, and look at words instead of tokens, above it. Under a head's matrix stands how its row comes about: scores, who may be seen, weights. Calibration and Faithfulness are pages of their own."),
    make("p", {}, "Looking is not using. Ablate a head, and the Δ column shows what the model loses without it."),
    make("table", {className: "keys"}, make("tbody", {}, ...keys.map(([key, what]) => make("tr", {}, make("td", {}, make("kbd", {}, key)), make("td", {}, what))))),
    make("button", {onclick: () => sheet.close()}, "Close"));
  sheet.showModal();
}

addEventListener("keydown", event => {
  const at = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA)$/.test(at.tagName) || sheet.open) return;
  /** @type {Record<string, () => void>} */
  const actions = {
    a: () => ablate.toggle(chosen()), m: () => lock({view: chosen().view === "matrix" ? "lines" : "matrix"}),
    e: () => openExports(sheet), t: toggleTheme, "?": help, "/": () => text.focus(),
  };
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

theme();
text.value = chosen().text;
if (isExport) {
  document.body.classList.add("export");
  text.readOnly = true;
}
addEventListener("unhandledrejection", event => notice(String(event.reason?.message ?? event.reason)));
void look();
