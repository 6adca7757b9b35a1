// The model goes on with the text: tokens as they come, then a look at prompt and output together.

import {isExport, isGivenUp, lines} from "./api.js";
import {facts, onTrace, subject, trace} from "./data.js";
import {byId, make, notice, visible} from "./dom.js";
import {lock} from "./state.js";

/** @type {AbortController | undefined} */
let running;
const count = make("input", {id: "continue-count", type: "number", min: "1", value: "24", "aria-label": "How many tokens"});
const how = make("select", {id: "continue-how", "aria-label": "How tokens are chosen", title: "Greedy: the likeliest token each time. Otherwise drawn, at this temperature."},
  make("option", {value: "0"}, "greedy"), make("option", {value: "0.7"}, "drawn, 0.7"), make("option", {value: "1"}, "drawn, 1.0"));
const button = make("button", {type: "button", id: "continue", onclick: () => void go(), title: "Lets the model go on with the text"}, "Continue");
const back = make("button", {type: "button", id: "continue-back", className: "chip", hidden: true, title: "Take the generated tokens back", onclick: () => lock({continued: "", query: -1, key: -1})});
const why = make("small", {"aria-live": "polite"});
/** @type {Record<string, string>} */
const FINISH = {end_token: "the model ended the text", context_full: "the context is full", max_tokens: ""};

export function begin() {
  if (isExport) return;
  byId("continuing").append(button, count, how);
  byId("strip-legend").after(make("p", {className: "generated-note"}, make("i", {className: "key"}), back, why));
  onTrace(() => {
    const said = trace?.tokens.filter(token => token.generated).length ?? 0;
    back.hidden = said === 0;
    back.textContent = `${said} generated ×`;
  });
}

async function go() {
  if (running) return running.abort();
  const own = running = new AbortController();
  const of = subject();
  /** @type {number[]} */
  const said = [...of.continued ?? []];
  button.textContent = "Stop";
  why.textContent = "";
  const strip = byId("tokens");
  try {
    const tokens = Math.max(1, Math.min(facts?.context ?? 1, Math.round(Number(count.value)) || 1));
    await lines("continue", {...of, tokens, temperature: Number(how.value), seed: Date.now() % 1_000_000}, own.signal, part => {
      if ("finish" in part) {
        why.textContent = FINISH[part.finish] ?? "";
        return;
      }
      said.push(part.id);
      strip.append(make("span", {className: "token generated"}, make("span", {className: "piece"}, visible(part.text))));
      strip.scrollTop = strip.scrollHeight;
    });
  } catch (error) {
    if (!isGivenUp(error)) notice(String(/** @type {Error} */ (error).message));
  }
  running = undefined;
  button.textContent = "Continue";
  if (of === subject() && said.length > (of.continued?.length ?? 0)) lock({text: of.text, continued: said.join("."), query: -1, key: -1});
}
