// The panes of the page: one, or two side by side, each with its own person and channel. One is the
// active one: it had the focus last, and keys and the people bar are for it. Topics:
//   "panes"   one was opened or closed
//   "active"  another one is active
//   "any"     (pane, topic) one of them told something
//   "bot"     the bot came or went
//   "backstage"       (news) there is something new behind: "prompt", "ballot" or "bot"
//   "backstage-open"  the drawer of the backstage opened or closed

import {Pane} from "./pane.js";
import {keep, kept} from "./keep.js";
import {goOn} from "./frame-focus.js";

const MOST = 2;

export class Panes {
  #listeners = new Map();

  constructor(place) {
    this.place = place;
    this.list = [];
    this.active = null;
    this.backstage = null; // its drawer, see backstage.js
    const before = kept("panes") ?? {panes: [kept("start", {forAll: true}) ?? {}], active: 0};
    this.drafts = before.drafts ?? {}; // whichever pane it was typed in, it stands in all
    for (const one of before.panes.slice(0, MOST)) this.#add(one);
    this.activate(this.list[before.active] ?? this.list[0]);
    addEventListener("pagehide", () => this.keep());
    document.addEventListener("visibilitychange", () => {
      this.keep();
      for (const one of this.list) one.read();
    });
  }

  // Hear a topic from now on, or until a signal tells that it is enough.
  on(topic, listener, {signal} = {}) {
    if (!this.#listeners.has(topic)) this.#listeners.set(topic, new Set());
    this.#listeners.get(topic).add(listener);
    signal?.addEventListener("abort", () => this.#listeners.get(topic).delete(listener));
  }

  tell(topic, ...rest) {
    for (const listener of this.#listeners.get(topic) ?? []) listener(...rest);
  }

  get isSplit() {
    return this.list.length > 1;
  }

  activate(pane) {
    if (pane === this.active) return;
    this.active = pane;
    for (const one of this.list) one.root.toggleAttribute("data-active", one === pane);
    this.tell("active");
    pane.read();
  }

  // Open a second pane as the next person, in the same channel.
  split() {
    if (this.list.length >= MOST) return;
    const {me, people, channel} = this.active;
    const there = people.filter((one) => one.there && !one.owner);
    const at = there.findIndex((one) => one.id === me?.id);
    const next = there.length ? there[(at + 1) % there.length] : me;
    const pane = this.#add({me: next?.id, channel});
    this.activate(pane);
    this.#changed();
    pane.root.focus({preventScroll: true});
  }

  // Two panes or one: the first stays.
  toggleSplit() {
    if (this.isSplit) this.shut(this.list.at(-1));
    else this.split();
  }

  shut(pane) {
    if (!this.isSplit) return;
    this.list = this.list.filter((one) => one !== pane);
    pane.close();
    this.activate(this.list[0]);
    this.#changed();
    goOn(this.active);
  }

  keep() {
    if (!this.active) return;
    const panes = this.list.map((one) => one.kept);
    keep("panes", {panes, active: this.list.indexOf(this.active), drafts: this.drafts});
    const {me, channel} = this.active.kept;
    keep("start", {me, channel}, {forAll: true});
  }

  #add(from) {
    const number = this.list.length ? this.list.at(-1).number + 1 : 1;
    const pane = new Pane(number, from, this);
    this.list.push(pane);
    this.place.append(pane.root);
    this.place.toggleAttribute("data-split", this.isSplit);
    for (const event of ["focusin", "pointerdown"]) {
      pane.root.addEventListener(event, () => this.activate(pane));
    }
    // Every pane is told; once is enough.
    pane.on("backstage", (news) => pane === this.active && this.tell("backstage", news));
    pane.on("bot", () => {
      if (pane !== this.active) return;
      this.tell("bot");
      this.tell("backstage", "bot");
    });
    for (const topic of ["me", "places", "unread", "channel", "online"]) {
      pane.on(topic, () => this.tell("any", pane, topic));
    }
    return pane;
  }

  #changed() {
    this.place.toggleAttribute("data-split", this.isSplit);
    this.tell("panes");
    this.keep();
  }
}
