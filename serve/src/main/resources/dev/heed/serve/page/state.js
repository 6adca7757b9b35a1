// What is chosen: locked, so that it stands in the address, or only under the pointer.

/** @import {State, Place} from "./types.js" */

/** @type {State} */
const beginning = {
  model: "", text: "", layer: 0, head: 0, added: "", query: -1, key: -1, overlay: "pattern",
  scale: "root", view: "matrix", ablated: "", run: "", watch: "", theme: "", continued: "",
  measure: "attention", weigh: "raw", grouping: "tokens", first: "shown", page: "",
  evidence: "", tab: "ablate", corrupt: "", right: "", wrong: "", way: "denoise", stream: "residual", part: "head",
};

/** @type {State} */
let locked = {...beginning, ...fromAddress()};
/** @type {Partial<State>} */
let preview = {};
/** @type {Set<(changed: Set<string>) => void>} */
const listeners = new Set();

/** @returns {Partial<State>} */
function fromAddress() {
  /** @type {Record<string, string | number>} */
  const found = {};
  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) {
    if (key in beginning) {
      const number = typeof beginning[/** @type {keyof State} */ (key)] === "number";
      if (!number || Number.isInteger(Number(value))) found[key] = number ? Number(value) : value;
    }
  }
  return found;
}

function toAddress() {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(locked)) {
    if (value !== beginning[/** @type {keyof State} */ (key)]) parameters.set(key, String(value));
  }
  history.replaceState(null, "", "#" + parameters);
}

/** What is locked. @returns {Readonly<State>} */
export function chosen() {
  return locked;
}

/** What is seen: what is under the pointer where there is such, else what is locked. @returns {Readonly<State>} */
export function seen() {
  return {...locked, ...preview};
}

/** Locks something. @param {Partial<State>} change */
export function lock(change) {
  announce(change, () => {
    locked = {...locked, ...change};
    for (const key of Object.keys(change)) delete preview[/** @type {keyof State} */ (key)];
    toAddress();
  });
}

/** Shows something as long as the pointer is there. @param {Partial<State>} change */
export function hover(change) {
  announce(change, () => { preview = {...preview, ...change}; });
}

/** The pointer left. @param {(keyof State)[]} keys */
export function leave(...keys) {
  announce(Object.fromEntries(keys.map(key => [key, locked[key]])), () => {
    for (const key of keys) delete preview[key];
  });
}

/** @param {Partial<State>} change @param {() => void} apply */
function announce(change, apply) {
  const before = {...locked}, saw = seen();
  apply();
  const now = seen();
  const changed = new Set(Object.keys(change).filter(key => {
    const name = /** @type {keyof State} */ (key);
    return before[name] !== locked[name] || saw[name] !== now[name];
  }));
  if (changed.size) for (const listener of listeners) listener(changed);
}

/**
 * Calls when one of some choices changed.
 * @param {(keyof State)[]} keys @param {() => void} listener
 */
export function on(keys, listener) {
  listeners.add(changed => { if (keys.some(key => changed.has(key))) listener(); });
}

/** The places of `1.3,2.0`, or of `1.3z` without its last letter. @param {string} text @returns {Place[]} */
export function places(text) {
  return text.split(",").filter(Boolean).map(one => {
    const [layer, head] = one.split(".").map(number => parseInt(number, 10));
    return {layer, head};
  });
}

/** All heads that are looked at. @returns {Place[]} */
export function headsSeen() {
  const {layer, head, added} = seen();
  const others = places(added).filter(place => place.layer !== layer || place.head !== head);
  return [{layer, head}, ...others];
}

addEventListener("hashchange", () => {
  const next = {...beginning, ...fromAddress()};
  announce(next, () => { locked = next; preview = {}; });
});
