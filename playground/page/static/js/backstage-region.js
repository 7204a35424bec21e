// What tabs of the backstage have in common: regions that are drawn anew only if something changed,
// and parts that fold.

import {h, refill} from "./dom.js";

// A region keeps what it showed last, so that whoever reads or selects there is not disturbed.
export class Region {
  #shown = null;

  constructor(tag = "div", props = {}) {
    this.element = h(tag, props);
  }

  // Draw data unless it is what stands there; draw(data) returns nodes.
  show(data, draw) {
    const text = JSON.stringify(data);
    if (text === this.#shown) return;
    this.#shown = text;
    refill(this.element, draw(data));
  }
}

// Parts that fold, each known by a key: open or not as they were last, also when drawn anew.
export class Folds {
  #known = new Map();

  draw(key, {look = "", isOpen = false}, summary, body) {
    const details = h("details", {
      class: `fold ${look}`, "data-key": key, open: this.#known.get(key) ?? isOpen,
    }, h("summary", {class: "fold-head", "data-focus": `fold-${key}`}, summary),
    h("div", {class: "fold-body"}, body));
    details.addEventListener("toggle", () => this.#known.set(key, details.open));
    return details;
  }
}

// A text as it is, with its lines; long ones scroll, also by keys.
export function drawText(name, text) {
  return h("div", {class: "part-text", role: "group", "aria-label": `Text of ${name}`, tabindex: "0"}, text);
}

export function drawFacts(facts) {
  return h("dl", {class: "facts"}, facts.filter(([, told]) => told !== null && told !== "")
    .map(([name, told]) => h("div", {class: "fact"}, h("dt", {}, name), h("dd", {}, told))));
}
