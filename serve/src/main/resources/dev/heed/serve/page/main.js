// Puts the page together.

import {facts, look, onTrace, trace} from "./data.js";
import {byId, notice} from "./dom.js";
import * as grid from "./grid.js";
import * as head from "./head.js";
import {chosen, lock, on} from "./state.js";
import * as strip from "./strip.js";

const EXAMPLE = "ROMEO:\nBut soft! what light through yonder window breaks?\nIt is the east, and Juliet is the sun.";

const text = /** @type {HTMLTextAreaElement} */ (byId("text"));
const model = /** @type {HTMLInputElement} */ (byId("model"));

grid.begin([["pattern", "Pattern", "Where each head looks"]]);
head.begin();
strip.begin();

if (!chosen().text) lock({text: EXAMPLE});
onTrace(() => {
  model.value = facts?.name ?? "";
  text.value = chosen().text;
  byId("model-facts").textContent = facts
    ? `${facts.blocks.length} layers · ${Math.max(...facts.blocks.map(block => block.heads))} heads · width ${facts.width} · ${trace?.tokens.length} of ${facts.context} tokens`
    : "";
});
byId("text-form").addEventListener("submit", event => {
  event.preventDefault();
  lock({text: text.value, query: -1, key: -1});
});
text.addEventListener("keydown", event => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    lock({text: text.value, query: -1, key: -1});
  }
});
byId("model-form").addEventListener("submit", event => {
  event.preventDefault();
  lock({model: model.value.trim(), layer: 0, head: 0, added: "", ablated: "", query: -1, key: -1});
});
on(["model", "text"], () => void look());
on(["theme"], theme);
byId("theme").addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--dark").trim() === "1";
  lock({theme: dark ? "light" : "dark"});
});

function theme() {
  document.documentElement.dataset.theme = chosen().theme;
}

theme();
text.value = chosen().text;
addEventListener("unhandledrejection", event => notice(String(event.reason?.message ?? event.reason)));
void look();
