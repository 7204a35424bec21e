// A message in its list: the line of the day and of what is new above it, and whether it stands
// under its author's name or under an earlier message of the same author.

import {h} from "./dom.js";
import {MessageView} from "./message.js";
import {drawDay, isSameDay} from "./time.js";

const TOGETHER = 7 * 60; // seconds within which messages of one author stand together

export class MessageItem {
  #line = null; // the key of the line above
  #divider = null;

  constructor(list, message) {
    this.list = list;
    this.id = message.id;
    this.message = message;
    this.view = null;
    this.element = h("li", {class: "messages-item", "data-id": message.id});
  }

  // Draw it, or draw what changed, below the message before it (if any).
  update(message, before) {
    this.message = message;
    const {list} = this;
    const isFirst = list.history.first === message.id;
    const isNewDay = !before || !isSameDay(before.at, message.at);
    this.#drawLine(isNewDay ? drawDay(message.at) : "", isFirst);
    const look = {
      grouped: !isNewDay && !isFirst && belongs(before, message),
      editing: list.editing === message.id,
      failure: this.view?.look.failure ?? null,
    };
    if (this.view) this.view.update(message, look);
    else {
      this.view = new MessageView({...this.#deeds, pane: list.pane}, message, look);
      this.element.append(this.view.element);
    }
  }

  // What a message's parts can have done.
  get #deeds() {
    const {list} = this;
    const {acts} = list;
    return {
      jump: (id) => list.jump(id),
      edit: (id) => list.edit(id),
      react: (message, emoji, on) => acts.react(message, emoji, on),
      change: (message, text) => acts.change(message, text),
      remove: (message) => acts.remove(message),
      askToRemove: (message) => acts.askToRemove(message),
    };
  }

  #drawLine(day, isNew) {
    const key = `${day}|${isNew}`;
    if (key === this.#line) return;
    this.#line = key;
    this.#divider?.remove();
    this.#divider = day || isNew ? h("div", {
      class: `messages-line ${isNew ? "messages-line-new" : ""}`, role: "separator",
      "aria-label": [isNew && "New messages", day].filter(Boolean).join(", "),
    }, h("span", {class: "messages-day"}, day), isNew && h("span", {class: "messages-new"}, "New")) : null;
    if (this.#divider) this.element.prepend(this.#divider);
  }

  // Show where it is, after a jump.
  flash() {
    const {element} = this.view;
    element.classList.remove("message-flash");
    void element.offsetWidth; // begins the animation anew
    element.classList.add("message-flash");
    element.addEventListener("animationend", () => element.classList.remove("message-flash"), {once: true});
  }

  beginEdit() {
    const input = this.view.element.querySelector(".message-input");
    input?.focus({preventScroll: true});
    input?.setSelectionRange(input.value.length, input.value.length);
    this.element.scrollIntoView({block: "nearest"});
  }
}

function belongs(before, message) {
  const [one, other] = [before.author, message.author];
  return one.id === other.id && one.name === other.name && one.avatar === other.avatar
    && !before.system && !message.system && !message.reply && !message.cause
    && before.ephemeral === message.ephemeral && message.at - before.at < TOGETHER;
}
