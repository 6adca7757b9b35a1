// Asks the server, or an export of this page, which holds the answers to all that was asked.

/** @type {Map<string, Blob>} */
const answers = new Map();
/** @type {Map<string, string>} answers of an export: base64 by request */
const recorded = new Map(readRecorded().map(([path, body, answer]) => [path + " " + JSON.stringify(body), answer]));
/** @type {Map<string, AbortController>} */
const running = new Map();

/** Whether this page is an export, without a server. */
export const isExport = recorded.size > 0;

/** @returns {[string, object, string][]} */
function readRecorded() {
  return JSON.parse(document.getElementById("recorded")?.textContent ?? "[]");
}

/** What the server refused, in its own words. */
export class Refused extends Error {}

/**
 * @param {string} path @param {object} body
 * @param {string} [channel] of which only the latest request matters: an earlier one is given up
 * @returns {Promise<Blob>}
 */
async function ask(path, body, channel) {
  const key = path + " " + JSON.stringify(body);
  const known = answers.get(key) ?? fromExport(key);
  if (known) return known;
  if (isExport) throw new Refused("This is an export: it holds what was looked at. `./heed studio` computes the rest.");
  if (channel) running.get(channel)?.abort();
  const controller = new AbortController();
  if (channel) running.set(channel, controller);
  const blob = await (await post(path, body, controller.signal)).blob();
  remember(key, blob);
  return blob;
}

/** @param {string} path @param {object} body @param {AbortSignal} signal */
async function post(path, body, signal) {
  const response = await fetch("api/" + path, {
    method: "POST", body: JSON.stringify(body), signal, headers: {"Content-Type": "application/json"},
  });
  if (!response.ok) throw new Refused((await response.json()).error.message);
  return response;
}

/** @param {string} key */
function fromExport(key) {
  const text = recorded.get(key);
  if (text === undefined) return undefined;
  const blob = new Blob([Uint8Array.from(atob(text), c => c.charCodeAt(0))]);
  answers.set(key, blob);
  return blob;
}

/** @param {string} key @param {Blob} blob */
function remember(key, blob) {
  answers.set(key, blob);
  let bytes = 0;
  for (const one of answers.values()) bytes += one.size;
  for (const [old, one] of answers) {
    if (bytes < 64 << 20) break;
    answers.delete(old);
    bytes -= one.size;
  }
}

/**
 * Asks for what changes by itself, and keeps the last answer.
 * @param {string} path @param {object} body @param {string} channel @returns {Promise<any>}
 */
export async function latest(path, body, channel) {
  if (!isExport) answers.delete(path + " " + JSON.stringify(body));
  return json(path, body, channel);
}

/** @param {string} path @param {object} body @param {string} [channel] @returns {Promise<any>} */
export async function json(path, body, channel) {
  return JSON.parse(await (await ask(path, body, channel)).text());
}

/** @param {string} path @param {object} body @param {string} [channel] */
export async function bytes(path, body, channel) {
  return new Uint8Array(await (await ask(path, body, channel)).arrayBuffer());
}

/** @param {string} path @param {object} body @param {string} [channel] */
export async function floats(path, body, channel) {
  return new Float32Array(await (await ask(path, body, channel)).arrayBuffer());
}

/**
 * Takes an answer line by line as it comes.
 * @param {string} path @param {object} body @param {AbortSignal} signal @param {(part: any) => void} take
 */
export async function lines(path, body, signal, take) {
  const key = path + " " + JSON.stringify(body);
  const known = answers.get(key) ?? fromExport(key);
  if (!known && isExport) throw new Refused("This is an export: it holds what was looked at. `./heed studio` computes the rest.");
  const response = known ? new Response(known) : await post(path, body, signal);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let all = "", rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const text = decoder.decode(part.value, {stream: true});
    all += text;
    const whole = (rest + text).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) take(JSON.parse(line));
  }
  // what goes wrong on the way is the end of the answer
  if (rest) throw new Refused(JSON.parse(rest).error.message);
  remember(key, new Blob([all]));
}

/** All answers so far: path, body and answer in base64 of each request. */
export async function record() {
  const all = new Map(recorded);
  for (const [key, blob] of answers) {
    const raw = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let i = 0; i < raw.length; i += 0x8000) text += String.fromCharCode(...raw.subarray(i, i + 0x8000));
    all.set(key, btoa(text));
  }
  return [...all].map(([key, answer]) => [key.slice(0, key.indexOf(" ")), JSON.parse(key.slice(key.indexOf(" ") + 1)), answer]);
}

/** Whether an error only says that a newer request took the place of this one. @param {unknown} error */
export function isGivenUp(error) {
  return error instanceof DOMException && error.name === "AbortError";
}
