// Tables of 256 colours: one hue for probabilities, two around a neutral middle for differences.

const SEQUENTIAL = {
  light: ["#ffffff", "#e2edf8", "#b7d4ea", "#6aaed6", "#2e7ebc", "#0c4a8e", "#072f66"],
  dark: ["#121821", "#15304a", "#1b5283", "#2f80c0", "#6fb4e6", "#b7ddf9", "#f0f9ff"],
};
const DIVERGING = {
  light: ["#1f5fa8", "#6ea6d2", "#c4dced", "#ffffff", "#f9cdb8", "#e0785a", "#a8192d"],
  dark: ["#8cc4ff", "#4a8fd6", "#28507e", "#121821", "#7e3528", "#d9604a", "#ffa48f"],
};

/** @param {string} hex */
function channels(hex) {
  return [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
}

/** @param {string[]} stops */
function table(stops) {
  const colours = stops.map(channels);
  const all = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = i / 255 * (colours.length - 1);
    const low = Math.min(Math.floor(at), colours.length - 2);
    for (let c = 0; c < 3; c++) {
      all[3 * i + c] = colours[low][c] + (at - low) * (colours[low + 1][c] - colours[low][c]);
    }
  }
  return all;
}

const tables = {
  light: {sequential: table(SEQUENTIAL.light), diverging: table(DIVERGING.light)},
  dark: {sequential: table(SEQUENTIAL.dark), diverging: table(DIVERGING.dark)},
};

/** Whether the page is dark. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** @param {"sequential" | "diverging"} kind */
export function colours(kind) {
  return tables[isDark() ? "dark" : "light"][kind];
}

/** @param {Uint8ClampedArray} all @param {number} index from 0 to 255 */
function css(all, index) {
  const i = 3 * Math.max(0, Math.min(255, Math.round(index)));
  return `rgb(${all[i]}, ${all[i + 1]}, ${all[i + 2]})`;
}

/** Of a share from 0 to 1. @param {number} share */
export function shade(share) {
  return css(colours("sequential"), 255 * share);
}

/** Of a difference, where `most` has the full colour. @param {number} value @param {number} most */
export function signed(value, most) {
  return css(colours("diverging"), 127.5 + 127.5 * Math.max(-1, Math.min(1, most ? value / most : 0)));
}

/** Ink that is read on a colour of `shade` or `signed`. @param {string} background */
export function inkOn(background) {
  const [r, g, b] = background.match(/\d+/g)?.map(Number) ?? [255, 255, 255];
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#10161f" : "#f5f8fc";
}
