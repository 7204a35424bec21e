// The bars over the list: how much came below, the way back to the present, and what went wrong.

import {h, refill} from "./dom.js";

export class Bars {
  #list;
  #came = 0;
  #failure = null;

  constructor(list) {
    this.#list = list;
    this.root = h("div", {class: "messages-bars"});
    list.pane.on("later", () => this.came());
  }

  // A message came that the reader does not see yet.
  came() {
    this.#came += 1;
    this.draw();
  }

  reset() {
    this.#came = 0;
    this.#failure = null;
    this.draw();
  }

  // Tell what could not be loaded, and how it is tried again.
  fail(sentence, again = null) {
    this.#failure = {sentence, again};
    this.draw();
  }

  draw() {
    const {history, place} = this.#list;
    if (place?.atEnd) this.#came = 0;
    const bar = this.#failure ? this.#drawFailure() : this.#drawWay(history);
    if ((bar?.key ?? "") === (this.root.dataset.bar ?? "")) return;
    this.root.dataset.bar = bar?.key ?? "";
    const focused = this.root.contains(document.activeElement);
    refill(this.root, bar?.draw());
    if (focused && document.activeElement === document.body) this.#list.focus(this.#list.items.at(-1));
  }

  #drawWay({newer}) {
    if (!newer && !this.#came && !this.#list.place?.isFarUp) return null;
    const words = this.#came ? counted(this.#came)
      : [h("span", {class: "messages-bar-long"}, "You’re viewing "), "older messages"];
    return {
      key: this.#came ? words : "older",
      draw: () => h("button", {
        class: "messages-bar", type: "button", "data-focus": "present", onclick: () => this.#toPresent(),
      }, h("span", {}, words), h("span", {class: "messages-bar-way"}, "Jump to present ↓")),
    };
  }

  async #toPresent() {
    await this.#list.toPresent();
    this.#list.focus(this.#list.items.at(-1));
  }

  #drawFailure() {
    const {sentence, again} = this.#failure;
    const press = (label, act) => h("button", {class: "message-link", type: "button", onclick: () => {
      this.#failure = null;
      this.draw();
      act?.();
    }}, label);
    return {
      key: `failure ${sentence}`,
      draw: () => h("div", {class: "messages-bar messages-bar-failed", role: "alert"},
        h("span", {}, sentence), again && press("Try again", again), press("Dismiss")),
    };
  }
}

const counted = (number) => number === 1 ? "1 new message" : `${number} new messages`;
