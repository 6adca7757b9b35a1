"use strict";
const SVG = "http://www.w3.org/2000/svg";

function short(value) {
  const size = Math.abs(value);
  if (size >= 1e9) return (value / 1e9).toFixed(2) + " G";
  if (size >= 1e6) return (value / 1e6).toFixed(1) + " M";
  if (size >= 1e4) return Math.round(value).toLocaleString("en");
  if (size > 0 && size < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(5)));
}

function place(scale, value) {
  const part = scale.log
    ? Math.log(value / scale.low) / Math.log(scale.high / scale.low)
    : (value - scale.low) / (scale.high - scale.low);
  return scale.from + part * (scale.to - scale.from);
}

function nearest(xs, x) {
  let low = 0, high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle; else high = middle;
  }
  return Math.abs(xs[low] - x) <= Math.abs(xs[high] - x) ? low : high;
}

function element(parent, name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  parent.appendChild(made);
}

function look(plot, data, clientX) {
  const svg = plot.querySelector("svg"), tip = plot.querySelector(".tip");
  const pointer = svg.querySelector(".pointer"), box = svg.getBoundingClientRect();
  const zoom = box.width / svg.viewBox.baseVal.width;
  const wanted = data.x.low
    + ((clientX - box.left) / zoom - data.x.from) / (data.x.to - data.x.from) * (data.x.high - data.x.low);
  const first = data.curves[0], step = first.x[nearest(first.x, wanted)];
  const at = place(data.x, step);
  pointer.textContent = "";
  tip.textContent = "";
  const head = document.createElement("b");
  head.textContent = "step " + Math.round(step).toLocaleString("en");
  tip.appendChild(head);
  element(pointer, "path", { d: `M${at} ${data.y.from}V${data.y.to}` });
  for (const curve of data.curves) {
    const i = nearest(curve.x, step);
    element(pointer, "circle",
      { class: curve.style, cx: place(data.x, curve.x[i]), cy: place(data.y, curve.y[i]), r: 4 });
    const line = document.createElement("div"), key = document.createElement("i");
    key.className = curve.style;
    const far = Math.abs(curve.x[i] - step) > (data.x.high - data.x.low) / 200;
    line.append(key, curve.name + " " + short(curve.y[i]) + (far ? " (step " + Math.round(curve.x[i]) + ")" : ""));
    tip.appendChild(line);
  }
  tip.hidden = false;
  const left = at * zoom;
  tip.style.left = left > box.width / 2 ? left - tip.offsetWidth - 14 + "px" : left + 14 + "px";
}

for (const plot of document.querySelectorAll(".plot")) {
  const data = JSON.parse(plot.querySelector("script").textContent);
  const hide = () => {
    plot.querySelector(".tip").hidden = true;
    plot.querySelector(".pointer").textContent = "";
  };
  plot.addEventListener("pointermove", event => look(plot, data, event.clientX));
  plot.addEventListener("pointerdown", event => look(plot, data, event.clientX));
  plot.addEventListener("pointerleave", hide);
}

const dark = () => document.documentElement.dataset.theme
  ? document.documentElement.dataset.theme === "dark"
  : matchMedia("(prefers-color-scheme: dark)").matches;
document.getElementById("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
});
