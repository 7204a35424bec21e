// The list of a channel's messages. Each message is an item of its own, so that a change concerns
// that item alone; where the reader is stays where it is (see messages-scroll.js).

import {h} from "./dom.js";
import {drawBeginning, drawState} from "./messages-ends.js";
import {MessageItem} from "./messages-item.js";
import {Bars} from "./messages-bars.js";
import {Place} from "./messages-scroll.js";
import {Herald} from "./messages-herald.js";
import {Acts} from "./message-acts.js";
import {watchKeys} from "./messages-keys.js";
import {watchPointer} from "./message-toolbar.js";

export function drawMessages(pane) {
  return new MessageList(pane).root;
}

class MessageList {
  constructor(pane) {
    this.pane = pane;
    this.history = pane.history;
    this.items = []; // as they stand below each other
    this.byId = new Map();
    this.editing = null; // id of the message that is being edited
    this.acts = new Acts(this);
    this.list = h("ol", {class: "messages-list", role: "list", "aria-label": "Messages"});
    this.above = h("div", {class: "messages-above"});
    this.below = h("div", {class: "messages-below"});
    this.inner = h("div", {class: "messages-inner"}, this.above, this.list, this.below);
    this.scroller = h("div", {class: "messages-scroll"}, this.inner);
    this.place = new Place(this);
    this.bars = new Bars(this);
    this.herald = new Herald(this);
    this.root = h("div", {class: "messages", role: "region", "aria-label": "Messages"},
      this.scroller, this.bars.root, this.herald.root);
    watchKeys(this);
    watchPointer(this);
    this.#hear();
  }

  #hear() {
    const {pane} = this;
    pane.on("channel", () => this.#clear());
    pane.on("messages", ({again} = {}) => this.#showAll(again));
    pane.on("history", () => this.#drawEnds());
    pane.on("older", (messages) => this.place.keep(() => this.#insert(messages, 0)));
    pane.on("newer", (messages) => this.#insert(messages, this.items.length));
    pane.on("message", (message, isNew) => isNew ? this.#add(message) : this.#change(message));
    pane.on("gone", (message) => this.#gone(message));
    pane.on("first", (before) => [before, this.history.first].forEach((id) => this.#settle(id)));
    pane.on("jump", (id) => this.jump(id));
    pane.on("edit", (message) => this.edit(message?.id ?? null));
    pane.on("places", () => this.#drawEnds());
  }

  // --- drawing -----------------------------------------------------------------------------------

  #clear() {
    this.items = [];
    this.byId.clear();
    this.editing = null;
    this.list.replaceChildren();
    this.bars.reset();
    this.place.atEnd = true;
    this.#drawEnds();
  }

  // Show all there is; what is shown already stays the element that it is.
  #showAll(again) {
    const shown = this.history.shown;
    const kept = again && this.items.length > 0;
    const draw = () => {
      const before = this.byId;
      this.byId = new Map();
      this.items = [];
      for (const message of shown) this.#keep(before.get(message.id) ?? new MessageItem(this, message));
      this.list.replaceChildren(...this.items.map((one) => one.element));
      this.items.forEach((item, at) => item.update(shown[at], this.items[at - 1]));
      this.#drawEnds();
    };
    if (kept) this.place.keep(draw);
    else {
      draw();
      this.place.begin(this.byId.get(this.history.first));
    }
    this.#rove();
    this.bars.draw();
  }

  #keep(item, at = this.items.length) {
    this.items.splice(at, 0, item);
    this.byId.set(item.id, item);
  }

  #insert(messages, at) {
    const fresh = messages.map((one) => new MessageItem(this, one));
    const next = this.items[at]?.element ?? null;
    this.items.splice(at, 0, ...fresh);
    for (const item of fresh) {
      this.byId.set(item.id, item);
      this.list.insertBefore(item.element, next);
    }
    fresh.forEach((item, index) => item.update(item.message, this.items[at + index - 1]));
    this.#settleAt(at + fresh.length);
    this.#drawEnds();
    this.bars.draw();
  }

  #add(message) {
    const isAtEnd = this.place.atEnd;
    this.#insert([message], this.items.length);
    this.#rove();
    this.herald.tell(message);
    if (isAtEnd || message.author.id === this.pane.me?.id) this.place.toEnd();
    else this.bars.came(message);
  }

  #change(message) {
    const item = this.byId.get(message.id);
    if (!item) return;
    const at = this.items.indexOf(item);
    const wasThinking = item.message.loading;
    item.update(message, this.items[at - 1]);
    this.#settleAt(at + 1);
    if (wasThinking) this.herald.tell(message);
    this.place.stay();
  }

  #gone(message) {
    if (this.editing === message.id) this.editing = null;
    if (this.history.showDeleted && !message.ephemeral) this.#change(message);
    else this.#drop(message.id);
  }

  #drop(id) {
    const item = this.byId.get(id);
    if (!item) return;
    const at = this.items.indexOf(item);
    const focused = item.element.contains(document.activeElement);
    this.items.splice(at, 1);
    this.byId.delete(id);
    item.element.remove();
    this.#settleAt(at);
    this.#rove();
    if (focused) this.focus(this.items[at] ?? this.items[at - 1]);
    this.#drawEnds();
    this.place.stay();
  }

  // An item's neighbours decide whether it has a head and a line above it.
  #settle(id) {
    const item = this.byId.get(id);
    if (item) this.#settleAt(this.items.indexOf(item));
  }

  #settleAt(at) {
    this.items[at]?.update(this.items[at].message, this.items[at - 1]);
  }

  #drawEnds() {
    this.above.replaceChildren(...drawBeginning(this));
    this.below.replaceChildren(...drawState(this));
    this.root.toggleAttribute("data-loading", this.history.state === "loading");
  }

  // --- where one is ------------------------------------------------------------------------------

  // Tab leads into the list once: to the message that had the focus last, or to the newest.
  #rove() {
    if (this.items.some((one) => one.view.element.tabIndex === 0)) return;
    const last = this.items.at(-1);
    if (last) last.view.element.tabIndex = 0;
  }

  // Put the focus on an item's message, which is where Tab leads from now on.
  focus(item) {
    if (!item) return;
    for (const one of this.items) if (one.view.element.tabIndex === 0) one.view.element.tabIndex = -1;
    item.view.element.tabIndex = 0;
    item.view.element.focus({preventScroll: true});
    item.element.scrollIntoView({block: "nearest"});
  }

  itemOf(node) {
    return this.byId.get(node?.closest?.(".messages-item")?.dataset.id) ?? null;
  }

  // Show a message of this channel, loading what is around it if need be.
  async jump(id) {
    try {
      if (!this.byId.has(id) && !await this.history.around(id)) return;
    } catch (error) {
      this.bars.fail(error.message);
      return;
    }
    const item = this.byId.get(id);
    if (!item) return;
    this.place.to(item);
    item.flash();
    this.focus(item);
  }

  // Go to the newest message, wherever one is.
  async toPresent() {
    if (this.history.newer) {
      await this.history.open();
      this.pane.read();
    }
    this.place.toEnd();
    this.bars.reset();
  }

  // --- editing -----------------------------------------------------------------------------------

  edit(id) {
    const [before, item] = [this.byId.get(this.editing), this.byId.get(id)];
    this.editing = item ? id : null;
    if (before) this.#settle(before.id);
    if (item) this.#settle(id);
    if (item) item.beginEdit();
    else if (before) this.toComposer();
  }

  toComposer() {
    this.pane.root.querySelector(".composer textarea")?.focus();
  }
}
