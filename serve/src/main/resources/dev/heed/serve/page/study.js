// What the pages besides that of the heads share: a text, a long answer that comes line by line, a button to end it.

import {isGivenUp, lines} from "./api.js";
import {facts, onTrace, trace} from "./data.js";
import {make, notice, segmented} from "./dom.js";
import {chosen, lock, on} from "./state.js";

/** @type {[string, string][]} */
const PAGES = [["", "Heads"], ["calibration", "Calibration"], ["faithfulness", "Faithfulness"]];

/** The tabs of the header. */
export function tabs() {
  const titles = ["Where each head looks, and what it is worth", "Whether the model is right as often as it says", "Whether pictures of attention explain what it says"];
  const group = segmented("Page", PAGES.map(([page, name], i) => [page, name, titles[i]]), () => chosen().page, page => lock({page}));
  on(["page"], () => { group.update(); route(); });
  route();
  return group;
}

function route() {
  const page = PAGES.some(([name]) => name === chosen().page) ? chosen().page : "";
  document.body.dataset.page = page;
}

/**
 * A long answer, asked for and given up by a button.
 * @param {object} how
 * @param {string} how.path @param {string} how.page under which it is shown
 * @param {() => Record<string, unknown>} how.settings what is asked besides model and text
 * @param {boolean} how.atOnce whether it is asked for as soon as the page is seen
 * @param {() => void} how.forget @param {(line: any) => void} how.take @param {() => string} how.progress
 */
export function study({path, page, settings, atOnce, forget, take, progress}) {
  /** @type {AbortController | undefined} */
  let running;
  let about = "", source = "text", failed = "";
  const button = make("button", {type: "button", className: "primary", id: `${page}-run`, onclick: () => running ? stop() : void run()});
  const state = make("output", {className: "state", "aria-live": "polite"});
  const select = make("select", {className: "plain", "aria-label": "Which text", onchange: () => { source = select.value; changed(); }});
  const bar = make("div", {className: "studybar"}, make("label", {}, "on ", select), button, state);

  /** What it would be asked about. */
  const subject = () => ({...(chosen().model ? {model: chosen().model} : {}), ...(source === "text" ? {text: chosen().text} : {}), ...settings()});
  const stop = () => running?.abort();

  async function run() {
    stop();
    const own = running = new AbortController();
    about = JSON.stringify(subject());
    failed = "";
    forget();
    show();
    try {
      await lines(path, subject(), own.signal, line => {
        if (running !== own) return;
        take(line);
        show();
      });
    } catch (error) {
      if (running === own) failed = isGivenUp(error) ? "stopped" : String(/** @type {Error} */ (error).message);
      if (!isGivenUp(error)) notice(String(/** @type {Error} */ (error).message));
    }
    if (running === own) running = undefined;
    show();
  }

  function show() {
    button.textContent = running ? "Stop" : "Run";
    button.hidden = !running && about === JSON.stringify(subject()) && !failed;
    button.classList.toggle("off", Boolean(running));
    state.textContent = failed || progress();
    state.classList.toggle("running", Boolean(running));
  }

  function changed() {
    const now = JSON.stringify(subject());
    if (chosen().page === page && atOnce && trace && now !== about) void run();
    else if (now !== about) {
      stop();
      forget();
      about = "";
    }
    show();
  }

  onTrace(() => {
    const count = trace?.tokens.length ?? 0;
    const options = [make("option", {value: "text"}, `this text, ${count} tokens`)];
    if (facts?.data) options.push(make("option", {value: "data"}, facts.data));
    select.replaceChildren(...options);
    if (!facts?.data) source = "text";
    select.value = source;
    changed();
  });
  on(["page"], changed);
  return {bar, changed, isRunning: () => Boolean(running)};
}
