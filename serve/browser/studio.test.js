// Drives the page as a user would, in Debian's Chromium, and compares what it shows with the library.
//
//   npm ci && npm test          in this folder, after ./heed --version has built Heed
//   HEED_CHROMIUM=/path         another browser; HEED_SCREENSHOTS=folder keeps pictures
//   HEED_COMMAND=/path          another heed
//   HEED_GPT2=1                 the large grid by a model of GPT-2's width, 85 M random weights

import assert from "node:assert/strict";
import {execFile, spawn} from "node:child_process";
import {appendFile, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {chromium} from "playwright-core";

const home = join(dirname(fileURLToPath(import.meta.url)), "../..");
const heed = process.env.HEED_COMMAND ?? join(home, "heed");
const TEXT = "JULIET:\nO Romeo, Romeo! wherefore art thou Romeo?";
/** @type {import("node:child_process").ChildProcess} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("playwright-core").Page} */
let page;
let address = "";
/** @type {string[]} */
const complaints = [];

before(async () => {
  server = spawn(heed, ["studio", "--port", "0"], {stdio: ["ignore", "pipe", "inherit"]});
  address = await new Promise((resolve, reject) => {
    server.stdout.on("data", data => { if (String(data).startsWith("http")) resolve(String(data).trim()); });
    server.on("exit", code => reject(new Error(`the studio ended with ${code}`)));
  });
  browser = await chromium.launch({executablePath: process.env.HEED_CHROMIUM ?? "/usr/bin/chromium"});
  page = await open(address + "#text=" + encodeURIComponent(TEXT));
});

after(async () => {
  await browser?.close();
  server?.kill("SIGTERM");
});

/** A page that notes every complaint and every request that leaves this machine. @param {string} url */
async function open(url) {
  const opened = await browser.newPage({viewport: {width: 1440, height: 900}, acceptDownloads: true});
  opened.on("console", message => { if (message.type() === "error" || message.type() === "warning") complaints.push(message.text()); });
  opened.on("pageerror", error => complaints.push(String(error)));
  await opened.route("**/*", route => {
    const to = route.request().url();
    if (!to.startsWith(address) && !/^(file|data|blob):/.test(to)) complaints.push(`asks ${to}`);
    return route.continue();
  });
  await opened.goto(url);
  await opened.waitForSelector(".cell", {state: "attached"});
  return opened;
}

/** What the library says. @param {string} path @param {object} body */
async function api(path, body) {
  const response = await fetch(address + "api/" + path, {method: "POST", body: JSON.stringify(body), headers: {"Content-Type": "application/json"}});
  assert.equal(response.status, 200, await response.clone().text());
  return response;
}

/** @param {string} name @param {import("playwright-core").Page} [of] */
async function picture(name, of = page) {
  if (process.env.HEED_SCREENSHOTS) await of.screenshot({path: join(process.env.HEED_SCREENSHOTS, name + ".png"), fullPage: true});
}

test("a text that is typed is read", async () => {
  await page.fill("#text", TEXT + " Deny thy father");
  await page.click("#look");
  await page.waitForFunction(() => document.querySelectorAll(".token").length > 20 && !document.body.classList.contains("busy"));
  const shown = await page.$$eval(".token .piece", pieces => pieces.map(piece => piece.textContent).join(""));
  assert.equal(shown.replaceAll("·", " ").replaceAll("↵", "\n"), TEXT + " Deny thy father");
});

test("a cell shows the weight of the library", async () => {
  const text = TEXT + " Deny thy father";
  await page.click('[data-place="3.2"]');
  assert.equal(await page.textContent("#head-title"), "L3H2");
  const weights = new Float32Array(await (await api("head", {text, layer: 3, head: 2})).arrayBuffer());
  const count = await page.locator(".token").count();
  const query = Math.floor(count * 0.7), key = Math.floor(count * 0.4);
  await page.waitForTimeout(400);
  const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await page.locator(".matrix canvas").boundingBox());
  await page.mouse.move(box.x + (key + 0.5) / count * box.width, box.y + (query + 0.5) / count * box.height);
  const expected = weights[query * (query + 1) / 2 + key].toFixed(4);
  await page.waitForFunction(value => document.getElementById("readout")?.textContent?.endsWith(" " + value), expected);
  assert.match(await page.textContent("#readout") ?? "", new RegExp(`^q${query} .* k${key} .*${expected}$`));
  const pixel = await page.$eval(".matrix canvas", (canvas, at) => [.../** @type {HTMLCanvasElement} */ (canvas).getContext("2d").getImageData(at.key, at.query, 1, 1).data], {query, key});
  assert.equal(pixel[3], 255);
  await page.mouse.move(0, 0);
});

test("a head that is ablated shows the loss of the library", async () => {
  const text = TEXT + " Deny thy father";
  await page.click("#toggle");
  await page.waitForFunction(() => /nats per token of loss/.test(document.getElementById("ablation")?.textContent ?? ""));
  const count = await page.locator(".token").count();
  const effect = await (await api("effect", {text, heads: [{layer: 3, head: 2, by: "mean"}], position: count - 1})).json();
  const shown = (await page.textContent("#delta-loss") ?? "").replace("−", "-").replace("±", "");
  assert.ok(Math.abs(Number(shown) - (effect.after - effect.before)) < 6e-3, `${shown} is not ${effect.after - effect.before}`);
  assert.ok(page.url().includes("ablated=3.2m"));
  await picture("ablated");
});

test("Δ loss of all heads fills the grid", async () => {
  await page.click('[data-value="loss"]');
  await page.waitForFunction(() => [...document.querySelectorAll(".cell.valued .badge")].filter(badge => badge.textContent !== "±0").length > 12);
  await picture("sweep");
  await page.click('[data-value="pattern"]');
});

test("a text against another shows the scores of the library and of heed patch", async () => {
  const compared = await open(address + "#tab=patch&way=noise");
  await compared.click("#patch-example");
  await finished(compared);
  const {text, corrupt} = {text: await compared.inputValue("#text"), corrupt: await compared.inputValue("#corrupt")};
  const body = {text, corrupt, what: "head", direction: "noise"};
  const [beginning, ...rows] = (await (await api("patch", body)).text()).trim().split("\n").map(line => JSON.parse(line));
  assert.ok((await compared.textContent(".metric"))?.includes(`+${beginning.clean.toFixed(2)} clean`));
  const box = await compared.locator("#map-part").boundingBox();
  assert.ok(box);
  await compared.mouse.move(box.x + 3.5 / 4 * box.width, box.y + 5.5 / 6 * box.height);
  await compared.waitForFunction(end => document.getElementById("patch-readout")?.textContent?.endsWith(end), `score ${rows[5].scores[3].toFixed(4)}`);
  assert.match(await compared.textContent("#patch-readout") ?? "", /^L5 H3 {2}lost /);
  const {stdout} = await promisify(execFile)(heed, ["patch", text, corrupt, "--what", "head", "--direction", "noise", "--json"]);
  JSON.parse(stdout).rows.forEach((/** @type {{scores: number[]}} */ row, /** @type {number} */ layer) =>
    row.scores.forEach((score, head) => assert.ok(Math.abs(score - rows[layer].scores[head]) < 1e-4)));
  await compared.mouse.click(box.x + 3.5 / 4 * box.width, box.y + 5.5 / 6 * box.height);
  assert.equal(await compared.textContent("#head-title"), "L5H3");
  await picture("patched", compared);
  await compared.reload();
  await finished(compared);
  assert.equal(await compared.inputValue("#corrupt"), corrupt);
  const html = await exported(compared);
  await finished(html);
  assert.equal(await html.textContent(".metric"), await compared.textContent(".metric"));
  await html.close();
  await compared.fill("#corrupt", "KING HENRY");
  await compared.click("#compare");
  await compared.waitForFunction(() => /14 tokens and a corrupt one of \d+/.test(document.querySelector("#patched .wrong")?.textContent ?? ""));
  assert.match(complaints.pop() ?? "", /400/); // as Chromium notes what is refused
  await compared.close();
});

/** Waits until both maps are whole. @param {import("playwright-core").Page} page */
async function finished(page) {
  await page.waitForFunction(() => document.querySelectorAll("#patched .sweep").length === 2 && document.getElementById("compare")?.textContent === "Compare");
}

/** Exports a page as one file and opens that. @param {import("playwright-core").Page} page */
async function exported(page) {
  await page.click("#export");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export-html")]);
  const file = join(await mkdtemp(join(tmpdir(), "heed-")), "export.html");
  await download.saveAs(file);
  return open("file://" + file);
}

test("a head's evidence is that of the library", async () => {
  const text = TEXT + " Deny thy father";
  await page.click('[data-place="4.1"]');
  await page.click("#evidence summary");
  await page.waitForSelector("#verdict");
  const {pattern, ablation, role} = await (await api("evidence", {text, layer: 4, head: 1})).json();
  assert.equal(role, "previous");
  assert.match(await page.textContent("#verdict") ?? "", /previous-token head/i);
  const shown = await page.textContent("#evidence") ?? "";
  assert.ok(shown.includes(pattern.previous.score.toFixed(3)), shown);
  assert.ok(shown.includes(Math.abs(ablation.repeatedMean).toFixed(3)), shown);
  await picture("evidence");
  await page.click("#evidence summary");
  await page.click('[data-place="3.2"]');
});

test("the address brings everything back", async () => {
  const again = await open(page.url());
  assert.equal(await again.textContent("#head-title"), "L3H2");
  assert.equal(await again.locator(".cell.silenced").count(), 1);
  await again.close();
});

test("keys do what the pointer does", async () => {
  await page.focus('[data-place="3.2"]');
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.textContent("#head-title"), "L4H2");
  await page.keyboard.press("m");
  await page.waitForSelector(".looks svg");
  await picture("lines");
  await page.keyboard.press("m");
  await page.click('[data-place="4.3"]', {modifiers: ["Shift"]});
  assert.equal(await page.textContent("#head-title"), "Mean of L4H2, L4H3");
  await page.click('[data-place="4.2"]');
});

test("an export opens without a server", async () => {
  const html = await exported(page);
  assert.equal(await html.textContent("#head-title"), "L4H2");
  assert.equal(await html.locator(".cell").count(), await page.locator(".cell").count());
  assert.equal(await html.locator("#notice:visible").count(), 0);
  await html.close();
  const folder = await mkdtemp(join(tmpdir(), "heed-"));
  await page.click("#export");
  const [drawing] = await Promise.all([page.waitForEvent("download"), page.click("#export-svg")]);
  await drawing.saveAs(join(folder, "head.svg"));
  assert.match(await readFile(join(folder, "head.svg"), "utf8"), /^<svg .*<rect /s);
});

test("tokens are tinted by what the library says, and words add their tokens up", async () => {
  const own = await open(address + "#" + new URLSearchParams({text: TEXT, layer: "3", query: "9", measure: "rollout"}));
  await own.waitForSelector('#tokens[aria-busy="false"]');
  const count = await own.locator(".token").count();
  const map = new Float32Array(await (await api("map", {text: TEXT, layer: 3, measure: "rollout"})).arrayBuffer());
  const shown = async () => own.$$eval(".token", chips => chips.map(chip => Number(chip.getAttribute("aria-label")?.match(/rollout (\S+)$/)?.[1])));
  const weights = await shown();
  for (let key = 0; key <= 9; key++) assert.ok(Math.abs(weights[key] - map[9 * count + key]) <= 5e-4, `${key}: ${weights[key]}`);
  await own.click('[data-value="words"]');
  const words = await own.$$eval(".token .piece", pieces => pieces.map(piece => piece.textContent));
  assert.deepEqual(words.slice(0, 4), ["JULIET:", "\u21b5", "O", "\u00b7Romeo,"]);
  assert.ok(Math.abs((await shown()).reduce((a, b) => a + b) - 1) < 5e-3);
  await picture("words", own);
  await own.click('[data-value="tokens"]');
  await own.click("#hide-first");
  await own.waitForFunction(() => document.querySelector(".token")?.getAttribute("aria-label")?.endsWith("rollout 0"));
  await own.close();
});

test("a row shows its scores and weights, and the head what it fetches", async () => {
  const own = await open(address + "#" + new URLSearchParams({text: TEXT, layer: "2", head: "1", query: "12", key: "5"}));
  const steps = await (await api("steps", {text: TEXT, layer: 2, head: 1, query: 12})).json();
  await own.waitForFunction(value => document.getElementById("steps")?.textContent?.includes(value), ` ${steps.keys[5].score.toFixed(3)}`);
  assert.match(await own.textContent("#steps") ?? "", new RegExp(` 13 of ${steps.keys.length} keys are seen.* ${steps.keys[5].weight.toFixed(4)}`, "s"));
  await own.click('[data-value="outputs"]');
  const weighed = new Float32Array(await (await api("weighed", {text: TEXT, layer: 2, head: 1, by: "outputs"})).arrayBuffer());
  await own.waitForFunction(value => document.getElementById("readout")?.textContent?.endsWith(" " + value), weighed[12 * 13 / 2 + 5].toFixed(4));
  await own.close();
});

test("calibration shows the figures of the library at every temperature", async () => {
  const own = await open(address + "#" + new URLSearchParams({text: TEXT, page: "calibration"}));
  await own.waitForFunction(() => document.querySelector("#calibration .state")?.textContent?.endsWith("are judged"));
  const lines = (await (await api("calibration", {text: TEXT, tokens: 1024})).text()).trim().split("\n").map(line => JSON.parse(line));
  const figures = async () => own.$$eval("#calibration .figures tbody tr", rows => rows.map(row => row.children[2].textContent));
  await own.click("#fitted");
  const keys = ["ece", "adaptiveEce", "brier", "loss", "accuracy", "confidence"];
  assert.deepEqual(await figures(), keys.map(key => lines[1][key].toFixed(4)));
  const asItIs = await figures();
  await own.$eval("#temperature", slider => { /** @type {HTMLInputElement} */ (slider).value = "36"; slider.dispatchEvent(new Event("input")); });
  const hot = lines.find(line => Math.abs(line.temperature - 2) < 1e-9 && line.bins);
  assert.deepEqual(await figures(), keys.map(key => hot[key].toFixed(4)));
  assert.equal((await figures())[4], asItIs[4]);
  await picture("calibration", own);
  await own.close();
});

test("faithfulness can be stopped, and ends with the verdict of the library", async () => {
  const own = await open(address + "#" + new URLSearchParams({text: TEXT, page: "faithfulness"}));
  await own.click("#faithfulness-run");
  await own.waitForSelector("#faithfulness .state.running");
  await own.click("#faithfulness-run");
  await own.waitForFunction(() => document.querySelector("#faithfulness .state")?.textContent === "stopped");
  await own.fill("#faithful-length", "6");
  await own.fill("#faithful-examples", "2");
  await own.press("#faithful-examples", "Tab");
  await own.click("#faithfulness-run");
  await own.waitForSelector(".verdict h2", {timeout: 120_000});
  const answer = (await (await api("faithfulness", {text: TEXT, examples: 2, length: 6, thorough: false})).text()).trim().split("\n").map(line => JSON.parse(line));
  const {found} = answer[answer.length - 1];
  assert.ok(await own.locator(`.verdict.${found.verdict}`).count());
  const shown = await own.$$eval("#faithfulness .figures tbody tr", rows => rows.map(row => row.children[3].textContent));
  assert.deepEqual(shown, found.examples.map((/** @type {{adversary: {divergence: number}}} */ one) => one.adversary.divergence.toFixed(4)));
  await picture("faithfulness", own);
  await own.close();
});

test("heed look writes a page that opens from its file", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "heed-")), "look.html");
  await promisify(execFile)(heed, ["look", TEXT, "--out", file]);
  const own = await open("file://" + file);
  await own.click('[data-place="2.1"]');
  await own.click("#toggle");
  await own.waitForFunction(() => /nats per token of loss/.test(document.getElementById("ablation")?.textContent ?? ""));
  await own.click('[data-value="loss"]');
  await own.waitForFunction(() => document.querySelectorAll(".cell.valued").length === 24);
  await own.click('[data-value="calibration"]');
  await own.waitForSelector("#calibration .figures tbody tr");
  assert.equal(await own.locator("#notice:visible").count(), 0);
  await picture("look", own);
  await own.close();
});

test("another model opens", async () => {
  const run = process.env.HEED_RUN;
  const model = run ?? await smallModel();
  await page.fill("#model", model);
  await page.press("#model", "Enter");
  await page.waitForFunction(name => /** @type {HTMLInputElement} */ (document.getElementById("model")).value === name && !document.body.classList.contains("busy"), model);
  const facts = await (await api("model", {model})).json();
  const heads = facts.blocks.reduce((/** @type {number} */ sum, /** @type {{heads: number}} */ block) => sum + block.heads, 0);
  await page.waitForFunction(count => document.querySelectorAll(".cell").length === count, heads);
});

/** A copy of a model in the box under another name, as a checkpoint of another run would be. */
async function smallModel() {
  const from = join(home, "model/src/main/resources/dev/heed/model/embedded");
  const folder = await mkdtemp(join(tmpdir(), "heed-model-"));
  for (const name of ["config.json", "model.safetensors", "tokenizer.json"]) await writeFile(join(folder, name), await readFile(join(from, name)));
  return folder;
}

test("the model goes on with a text, and what it said is looked at", async () => {
  const continued = await open(address + "#text=" + encodeURIComponent(TEXT));
  const before = await continued.locator(".token").count();
  await continued.fill("#continue-count", "7");
  await continued.click("#continue");
  await continued.waitForFunction(count => document.querySelectorAll(".token.generated").length === 7 && document.getElementById("model-facts")?.textContent?.includes(` ${count} of`), before + 7);
  const said = (await (await api("continue", {text: TEXT, tokens: 7, temperature: 0, seed: 1})).text()).trim().split("\n").slice(0, -1).map(line => JSON.parse(line).id);
  assert.ok(decodeURIComponent(continued.url()).includes("continued=" + said.join(".")));
  await continued.click('[data-place="2.1"]');
  await continued.click("#toggle");
  await continued.waitForFunction(() => /nats per token of loss/.test(document.getElementById("ablation")?.textContent ?? ""));
  await picture("continued", continued);
  await continued.reload();
  await continued.waitForFunction(() => document.querySelectorAll(".token.generated").length === 7);
  await continued.click("#continue-back");
  await continued.waitForFunction(count => document.querySelectorAll(".token").length === count, before);
  await continued.close();
});

test("a training is watched while it goes on, and its checkpoints open", async () => {
  const folder = await mkdtemp(join(tmpdir(), "heed-training-")), data = join(folder, "text.txt"), run = join(folder, "run");
  await writeFile(data, (TEXT + "\nWhat is in a name? That which we call a rose by any other name would smell as sweet.\n").repeat(60));
  const options = {steps: "2000", batch: "2", context: "16", threads: "1", set: ["model.n_layer=2", "model.n_head=2", "model.n_embd=16", "watch.checkpoint=10", "watch.evaluate=10"]};
  const training = spawn(heed, ["train", "--data", data, "--out", run, ...Object.entries(options).flatMap(([name, values]) => [values].flat().flatMap(value => ["--" + name, value]))], {stdio: "ignore"});
  try {
    const watched = await open(address + "#text=" + encodeURIComponent("a rose"));
    await waitFor(async () => (await readFile(join(run, "log.jsonl"), "utf8")).length > 0);
    await watched.fill(".runform input", run);
    await watched.press(".runform input", "Enter");
    await watched.check("#watch");
    const steps = async () => Number(/(\d+) steps/.exec(await watched.textContent("#timeline") ?? "")?.[1] ?? 0);
    await waitFor(async () => await steps() > 0);
    const early = await steps();
    await waitFor(async () => await steps() > early && await watched.locator("#timeline .mark").count() > 0);
    assert.ok((await (await api("training", {folder: run})).json()).series[0].points.length > 0);
    training.kill("SIGSTOP"); // or the checkpoint that is clicked would soon be one that was given up for later ones
    await watched.waitForTimeout(2500);
    await watched.uncheck("#watch");
    await watched.locator("#timeline .mark").last().click();
    await watched.waitForFunction(() => document.querySelectorAll(".cell").length === 4 && !document.body.classList.contains("busy"));
    assert.match(await watched.inputValue("#model"), /checkpoints\/step-\d{8}$/);
    await picture("training", watched);
    await watched.close();
  } finally {
    training.kill("SIGKILL");
  }
});

test("a model without a tokenizer reads token ids", async () => {
  const model = await smallModel();
  await rm(join(model, "tokenizer.json"));
  const ids = await open(address + "#" + new URLSearchParams({model, text: TEXT}));
  assert.match(await ids.inputValue("#text"), /^\d+( \d+){31}$/);
  assert.match(await ids.textContent("#model-facts") ?? "", /token ids 0 to 511/);
  await ids.fill("#text", "5 17 5");
  await ids.click("#look");
  await ids.waitForFunction(() => document.querySelectorAll(".token").length === 3);
  assert.equal(await ids.locator("#notice:visible").count(), 0);
  await ids.close();
});

/** Waits until something is so; what is not there yet is not so. @param {() => Promise<boolean>} so */
async function waitFor(so) {
  for (const end = Date.now() + 60_000; !await so().catch(() => false);) {
    assert.ok(Date.now() < end, `never: ${so}`);
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

test("12 x 12 heads at 128 tokens are drawn at once", async () => {
  const model = process.env.HEED_GPT2 ? await randomModel(12, 12, 64, 2048) : await randomModel(12, 12, 12, 288);
  const large = await open(address + "#" + new URLSearchParams({model, text: "a thousand times good night ".repeat(40).slice(0, 355)}));
  const tokens = await large.locator(".token").count();
  const payload = (await (await api("patterns", {model, text: await large.inputValue("#text")})).arrayBuffer()).byteLength;
  let drawn = Infinity;
  for (let again = 0; again < 3; again++) { // the least disturbed of three, on a machine that does other things too
    if (again) await large.reload();
    await large.waitForFunction(() => performance.getEntriesByName("drawn").length > 0);
    drawn = Math.min(drawn, await large.evaluate(() => performance.getEntriesByName("drawn")[0].duration));
  }
  console.log(`# 12 x 12 heads, ${tokens} tokens: drawn in ${drawn.toFixed(0)} ms, ${payload} bytes`);
  assert.ok(tokens >= 120 && tokens <= 136);
  assert.equal(await large.locator(".cell canvas").count(), 144);
  assert.ok(payload <= 1.5e6);
  assert.ok(drawn < 300 * Number(process.env.HEED_PATIENCE ?? 1), `${drawn} ms`);
  const text = await large.inputValue("#text"), answered = [];
  await large.waitForFunction(() => document.getElementById("delta-loss"));
  await large.click('[data-value="zero"]');
  for (let head = 0; head < 5; head++) {
    await large.click(`[data-place="5.${head}"]`);
    answered.push(await large.evaluate(count => new Promise(resolve => {
      const begin = performance.now();
      const isDone = () => document.querySelectorAll("#ablation .chip[aria-label]").length === count && resolve(performance.now() - begin);
      new MutationObserver(isDone).observe(/** @type {HTMLElement} */ (document.getElementById("ablation")), {childList: true});
      document.getElementById("toggle")?.click();
    }), head + 1));
  }
  const passes = [];
  for (let again = 0; again < 5; again++) {
    const begin = performance.now();
    await (await api("effect", {model, text, heads: [{layer: 0, head: again, by: "zero"}], position: 0})).text();
    passes.push(performance.now() - begin);
  }
  assert.ok(Math.min(...answered) < Math.max(...passes) + 300 * Number(process.env.HEED_PATIENCE ?? 1));
  console.log(`# a head toggled: ${answered.map(Math.round).join(" ")} ms; the server alone: ${passes.map(Math.round).join(" ")} ms`);
  await large.close();
});

/** A model of random weights that reads 128 tokens. @param {number} layers @param {number} heads @param {number} width of a head @param {number} hidden */
async function randomModel(layers, heads, width, hidden) {
  const folder = await smallModel(), size = heads * width;
  /** @type {[string, number[]][]} */
  const shapes = [["model.embed_tokens.weight", [512, size]], ["model.norm.weight", [size]]];
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}.`;
    shapes.push([at + "input_layernorm.weight", [size]], [at + "post_attention_layernorm.weight", [size]], [at + "mlp.gate_proj.weight", [hidden, size]], [at + "mlp.up_proj.weight", [hidden, size]], [at + "mlp.down_proj.weight", [size, hidden]]);
    for (const name of ["q", "k", "v", "o"]) shapes.push([`${at}self_attn.${name}_proj.weight`, [size, size]]);
  }
  /** @type {Record<string, object>} */
  const header = {};
  let end = 0, random = 1;
  for (const [name, shape] of shapes) {
    const begin = end;
    end += 4 * shape.reduce((a, b) => a * b);
    header[name] = {dtype: "F32", shape, data_offsets: [begin, end]};
  }
  const numbers = new Float32Array(end / 4);
  for (let i = 0; i < numbers.length; i++) {
    random = (1103515245 * random + 12345) % 2147483648;
    numbers[i] = (random / 2147483648 - 0.5) * 0.2;
  }
  const text = Buffer.from(JSON.stringify(header)), length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(join(folder, "model.safetensors"), Buffer.concat([length, text]));
  await appendFile(join(folder, "model.safetensors"), Buffer.from(numbers.buffer));
  const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
  await writeFile(join(folder, "config.json"), JSON.stringify({...config, hidden_size: size, intermediate_size: hidden, num_hidden_layers: layers, num_attention_heads: heads, num_key_value_heads: heads}));
  return folder;
}

test("nothing complained and nothing left this machine", () => {
  assert.deepEqual(complaints, []);
});
