// The list of a channel's messages. Each message is an item of its own, so that a change concerns
// that item alone. Of all that is loaded only a stretch around the reader is drawn, so that a long
// channel scrolls as smoothly as a short one (see messages-stretch.js and messages-scroll.js).

import {h} from "./dom.js";
import {drawBeginning, drawState} from "./messages-ends.js";
import {Stretch} from "./messages-stretch.js";
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
    this.editing = null; // id of the message that is being edited
    this.acts = new Acts(this);
    this.list = h("ol", {class: "messages-list", role: "list", "aria-label": "Messages"});
    this.stretch = new Stretch(this);
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
    pane.on("history", () => this.drawEnds());
    pane.on("older", () => this.place.moreAbove());
    pane.on("newer", () => this.place.moreBelow());
    pane.on("message", (message, isNew) => isNew ? this.#add(message) : this.#change(message));
    pane.on("gone", (message) => this.#gone(message));
    pane.on("first", (before) => [before, this.history.first].forEach((id) => this.stretch.settle(id)));
    pane.on("jump", (id) => this.jump(id));
    pane.on("present", () => this.toPresent());
    pane.on("edit", (message) => this.edit(message?.id ?? null));
    pane.on("places", () => this.drawEnds());
  }

  get items() {
    return this.stretch.items;
  }

  get byId() {
    return this.stretch.byId;
  }

  // --- what happens ------------------------------------------------------------------------------

  #clear() {
    this.stretch.clear();
    this.editing = null;
    this.bars.reset();
    this.place.atEnd = true;
    this.drawEnds();
  }

  #showAll(again) {
    if (again && this.items.some((one) => this.history.find(one.id))) {
      this.place.keep(() => this.stretch.again());
      this.rove();
      this.bars.draw();
    } else this.toEnd();
  }

  // Draw the newest messages; where one comes with something new, that is what one sees.
  toEnd() {
    this.stretch.show(this.history.shown.length);
    this.place.begin(this.byId.get(this.history.first));
    this.rove();
    this.bars.draw();
  }

  #add(message) {
    const isAtEnd = this.place.atEnd;
    if (!this.stretch.add(message)) {
      this.bars.came(message);
      return;
    }
    this.rove();
    this.herald.tell(message);
    if (isAtEnd || message.author.id === this.pane.me?.id) this.place.toEnd();
    else this.bars.came(message);
  }

  #change(message) {
    const item = this.byId.get(message.id);
    if (!item) return;
    const wasThinking = item.message.loading;
    this.stretch.change(item, message);
    if (wasThinking) this.herald.tell(message);
    this.place.stay();
  }

  #gone(message) {
    if (this.editing === message.id) this.editing = null;
    if (this.history.showDeleted && !message.ephemeral) this.#change(message);
    else this.#drop(this.byId.get(message.id));
  }

  #drop(item) {
    if (!item) return;
    const at = this.items.indexOf(item);
    const focused = item.element.contains(document.activeElement);
    this.stretch.drop(item);
    this.rove();
    if (focused) this.#focusAt(at);
    this.drawEnds();
    this.place.stay();
  }

  drawEnds() {
    this.above.replaceChildren(...drawBeginning(this));
    this.below.replaceChildren(...drawState(this));
    this.root.toggleAttribute("data-loading", this.history.state === "loading");
  }

  // --- where one is ------------------------------------------------------------------------------

  // Tab leads into the list once: to the message that had the focus last, or to the newest.
  rove() {
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

  // Where an item was that is no longer there.
  #focusAt(at) {
    const next = this.items[at] ?? this.items[at - 1];
    if (next) this.focus(next);
    else this.toComposer();
  }

  itemOf(node) {
    return this.byId.get(node?.closest?.(".messages-item")?.dataset.id) ?? null;
  }

  // Show a message of this channel, loading what is around it if need be.
  async jump(id) {
    try {
      if (!this.history.find(id) && !await this.history.around(id)) return;
    } catch (error) {
      this.bars.fail(error.message);
      return;
    }
    if (!this.byId.has(id)) this.stretch.showAround(id);
    const item = this.byId.get(id);
    if (!item) return;
    this.place.to(item);
    item.flash();
    this.focus(item);
  }

  // Go to the newest message, wherever one is.
  async toPresent() {
    // What is newer than what is there cannot be loaded now; it is once the connection is back.
    if (this.history.newer && !this.pane.online) return;
    this.history.seen();
    if (this.history.newer) {
      await this.history.open();
      this.pane.read();
    } else if (!this.stretch.isAtEnd) this.toEnd();
    this.place.toEnd();
    this.bars.reset();
  }

  // --- editing -----------------------------------------------------------------------------------

  edit(id) {
    if (this.history.find(id) && !this.byId.has(id)) this.stretch.showAround(id);
    const [before, item] = [this.byId.get(this.editing), this.byId.get(id)];
    this.editing = item ? id : null;
    if (before) this.stretch.settle(before.id);
    if (item) this.stretch.settle(id);
    if (item) item.beginEdit();
    else if (before) this.toComposer();
  }

  toComposer() {
    this.pane.tell("write");
  }
}
