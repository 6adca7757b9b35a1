/**
 * The shapes of what the server answers and of what the page remembers.
 *
 * @typedef {{id: number, text: string, special: boolean, generated: boolean, loss: number}} Token `loss` in nats, 0 for the first
 * @typedef {{heads: number, keys: number, triangular: boolean}} BlockPatterns
 * @typedef {{tokens: Token[], blocks: BlockPatterns[]}} TraceAnswer
 * @typedef {{mixer: string, heads: number, groups: number}} BlockFacts
 * @typedef {{name: string, context: number, vocabulary: number, width: number, data: string, example?: string, blocks: BlockFacts[]}} ModelFacts
 *
 * @typedef {object} Effect of a change
 * @property {number} before nats a token
 * @property {number} after
 * @property {number} kl of what is foreseen, a token
 * @property {number[]} losses how much more each token is lost
 * @property {{text: string, before: number, after: number, actual: boolean}[]} top probabilities after a position
 *
 * @typedef {{layer: number, head: number, focus: number, sink: number, distance: number, role?: string, fit?: number}} HeadInsight
 * @typedef {{id: number, text: string, probability: number, rank: number, loss: number}} Guess rank 0 after the last token
 * @typedef {{text: string, logit: number, contributions: {part: string, amount: number}[]}} Attribution
 * @typedef {{formula: string, rotary?: boolean, group?: number, shared?: number, keys: {score?: number, weight: number}[]}} StepsOf a query; no score where a key is not seen
 * @typedef {{text: string, scores: number[], value: number, baseline: number}} Sources of a logit
 *
 * @typedef {{clean: number, corrupt: number, right: string, wrong: string, tokens: string[], others: string[]}} PatchBeginning
 * @typedef {{layer: number, scores: number[]}} PatchRow
 *
 * @typedef {object} Evidence of what a head is for
 * @property {Record<string, {score: number, chance: number, queries: number}>} pattern by role
 * @property {{copying?: number, positional?: number, reads?: string, composition?: number}} weights
 * @property {{textMean: number, textZero: number, repeatedMean: number, repeatedZero: number}} ablation
 * @property {string} [role]
 * @property {number} [aboveChance]
 * @property {boolean} [weightsAgree]
 * @property {boolean} [lossAgrees]
 *
 * @typedef {{low: number, high: number, count: number, confidence: number, accuracy: number}} Bin
 * @typedef {{temperature: number, count: number, accuracy: number, confidence: number, ece: number, adaptiveEce: number, brier: number, loss: number, bins: Bin[]}} Calibration
 * @typedef {{divergence: number, variation: number}} Candidate
 * @typedef {{permuted: number[], uniform: number, adversary: Candidate, candidates: Candidate[], tauGradient: number, tauLeaveOneOut: number}} Example
 * @typedef {{verdict: string, says: string, uniformLoss: number, adversarial: number, tolerance: number}} Faithful
 *
 * @typedef {object} Training
 * @property {string} folder
 * @property {{name: string, kind: "loss" | "score", points: [number, number][]}[]} series
 * @property {{step: number, model: string}[]} checkpoints
 * @property {string} [model] what the folder stands for, once there is a model
 *
 * @typedef {{layer: number, head: number}} Place
 *
 * @typedef {object} State what the address holds
 * @property {string} model empty for the one that the studio was started with
 * @property {string} text
 * @property {number} layer
 * @property {number} head
 * @property {string} added further heads as `2.1,3.0`; the picture is then their mean
 * @property {number} query -1 for the last token
 * @property {number} key -1 for none
 * @property {string} overlay
 * @property {string} scale
 * @property {string} view
 * @property {string} ablated `1.3z,2.0m`: zero or mean
 * @property {string} run the folder of a training
 * @property {string} watch `on` where it is looked at again and again
 * @property {string} theme
 * @property {string} measure by what the tokens are tinted
 * @property {string} weigh `raw`, or the weights times the length of `values` or `outputs`
 * @property {string} grouping `tokens` or `words`
 * @property {string} first `shown` or `hidden`: the first token
 * @property {string} page empty for the heads; `calibration`, `faithfulness`
 * @property {string} continued ids of tokens that the model went on with, as `12.7.80`
 * @property {string} evidence `open` where it is asked for
 * @property {string} tab `ablate` or `patch`
 * @property {string} corrupt the text that is held against `text`
 * @property {string} right the answer to `text`; empty for what the model says
 * @property {string} wrong the answer to `corrupt`
 * @property {string} way `denoise` or `noise`
 * @property {string} stream what is patched at a position
 * @property {string} part what is patched of a head
 */
export {};
