// Small help with elements.

/** The element of an id. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element '${id}'`);
  return found;
}

/**
 * Makes an element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes] `on…` are listeners, `data-…` and `aria-…` attributes, others properties
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else /** @type {any} */ (element)[name] = value;
  }
  element.append(...children);
  return element;
}

/**
 * Makes an element of a drawing.
 * @param {string} tag @param {Record<string, string | number>} attributes @param {(Node | string)[]} children
 */
export function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * A row of buttons of which one is pressed.
 * @param {string} label @param {[string, string, string][]} choices value, text and explanation of each
 * @param {() => string} value @param {(value: string) => void} choose
 */
export function segmented(label, choices, value, choose) {
  const group = make("div", {className: "segmented", role: "group", "aria-label": label});
  const update = () => {
    for (const button of group.children) {
      button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.value === value()));
    }
  };
  for (const [name, text, title] of choices) {
    group.append(make("button", {type: "button", title, "data-value": name, onclick: () => { choose(name); update(); }}, text));
  }
  update();
  return Object.assign(group, {update});
}

/** A token as it is shown: blanks and ends of lines are seen. @param {string} text */
export function visible(text) {
  return text.replace(/ /g, "\u00b7").replace(/\n/g, "\u21b5").replace(/\t/g, "\u21e5") || "\u2205";
}

/** A number with three digits that matter. @param {number} value */
export function digits(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size < 5e-5 ? value.toExponential(0) : value.toFixed(size < 0.01 ? 4 : size < 1 ? 3 : size < 100 ? 2 : 1);
}

/** With its sign. @param {number} value */
export function withSign(value) {
  return (value > 0 ? "+" : value < 0 ? "\u2212" : "\u00b1") + digits(Math.abs(value));
}

/** What is wrong with a text that nobody reads, however long the context. @param {string} text */
export function tooLong(text) {
  const most = 80_000; // of which each may be three bytes of a request
  return text.length > most ? `The text has ${text.length.toLocaleString("en")} characters; up to ${most.toLocaleString("en")} are read.` : "";
}

/** Says something that went wrong, or takes it back. @param {string} text */
export function notice(text) {
  const element = byId("notice");
  element.textContent = text;
  element.hidden = !text;
}
