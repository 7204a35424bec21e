// The stretch of the loaded messages that is drawn. It moves with the reader: what comes into reach
// is added at one end, what is far away is taken off at the other.

import {MessageItem} from "./messages-item.js";

const MOST = 160; // messages that are drawn at once
const STEP = 40; // messages that are added at once

export class Stretch {
  #list;

  constructor(list) {
    this.#list = list;
    this.items = []; // as they stand below each other
    this.byId = new Map();
  }

  get #shown() {
    return this.#list.history.shown;
  }

  get isAtStart() {
    return this.items[0]?.id === this.#shown[0]?.id;
  }

  get isAtEnd() {
    return this.items.at(-1)?.id === this.#shown.at(-1)?.id;
  }

  clear() {
    this.items = [];
    this.byId.clear();
    this.#list.list.replaceChildren();
  }

  // Draw those before an index; what is drawn already stays the element that it is.
  show(end, start = Math.max(0, end - MOST)) {
    const messages = this.#shown.slice(start, end);
    const before = this.byId;
    this.items = messages.map((one) => before.get(one.id) ?? new MessageItem(this.#list, one));
    this.byId = new Map(this.items.map((one) => [one.id, one]));
    this.#list.list.replaceChildren(...this.items.map((one) => one.element));
    this.items.forEach((item, at) => item.update(messages[at], messages[at - 1] ?? this.#shown[start - 1]));
    this.#list.drawEnds();
  }

  showAround(id) {
    const at = this.#shown.findIndex((one) => one.id === id);
    this.show(at + MOST / 2, Math.max(0, at - MOST / 2));
  }

  // Draw the same stretch of messages that were loaded anew.
  again() {
    const isThere = (one) => this.byId.has(one.id);
    const [start, end] = [this.#shown.findIndex(isThere), this.#shown.findLastIndex(isThere)];
    if (start < 0) this.show(this.#shown.length);
    else this.show(Math.max(end + 1, Math.min(this.#shown.length, start + MOST)), start);
  }

  // Add what stands above and is loaded; tells whether there was any.
  growUp() {
    const end = this.#indexOf(this.items[0]);
    const messages = this.#shown.slice(Math.max(0, end - STEP), Math.max(0, end));
    if (!messages.length) return false;
    this.#insert(messages, 0);
    this.#trim([...this.items].reverse());
    return true;
  }

  growDown() {
    const start = this.#indexOf(this.items.at(-1)) + 1;
    const messages = this.#shown.slice(start, start + STEP);
    if (!messages.length) return false;
    this.#insert(messages, this.items.length);
    this.#trim(this.items);
    return true;
  }

  // A message came at the end; false if the end is not drawn.
  add(message) {
    const last = this.#shown.at(-2);
    if (last && this.items.at(-1)?.id !== last.id) return false;
    this.#insert([message], this.items.length);
    if (this.#list.place.atEnd) this.#trim(this.items);
    return true;
  }

  change(item, message) {
    const at = this.items.indexOf(item);
    item.update(message, this.#above(at));
    this.#settleAt(at + 1);
  }

  drop(item) {
    const at = this.items.indexOf(item);
    this.items.splice(at, 1);
    this.byId.delete(item.id);
    item.element.remove();
    this.#settleAt(at);
  }

  // An item's neighbours decide whether it has a head and a line above it.
  settle(id) {
    const item = this.byId.get(id);
    if (item) this.#settleAt(this.items.indexOf(item));
  }

  #settleAt(at) {
    this.items[at]?.update(this.items[at].message, this.#above(at));
  }

  #above(at) {
    return at > 0 ? this.items[at - 1].message : this.#shown[this.#indexOf(this.items[0]) - 1];
  }

  #indexOf(item) {
    return item ? this.#shown.findIndex((one) => one.id === item.id) : -1;
  }

  #insert(messages, at) {
    const {list} = this.#list;
    const fresh = messages.map((one) => new MessageItem(this.#list, one));
    const next = this.items[at]?.element ?? null;
    this.items.splice(at, 0, ...fresh);
    for (const item of fresh) this.byId.set(item.id, item);
    fresh.forEach((item, index) => item.update(item.message, this.#above(at + index)));
    const added = document.createDocumentFragment();
    added.append(...fresh.map((one) => one.element));
    list.insertBefore(added, next);
    this.#settleAt(at + fresh.length);
    this.#list.drawEnds();
  }

  // Take off what is far from the reader at one end, but nothing that is being written.
  #trim(fromEnd) {
    const {place, editing} = this.#list;
    const surplus = fromEnd.slice(0, Math.max(0, this.items.length - MOST));
    const stays = surplus.findIndex((one) => one.id === editing || !place.isFar(one));
    const off = new Set(stays < 0 ? surplus : surplus.slice(0, stays));
    for (const item of off) {
      this.byId.delete(item.id);
      item.element.remove();
    }
    this.items = this.items.filter((one) => !off.has(one));
    this.#settleAt(0);
    this.#list.rove();
  }
}
