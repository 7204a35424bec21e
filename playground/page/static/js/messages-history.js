// What a pane knows of the shown channel's messages: a stretch of them without gaps, oldest first.
// Answers and events come in the order in which they came true, so an event that comes before the
// answer to "open" is in that answer already.

import {kept, keep} from "./keep.js";

const SETTING = "show-deleted";

export class History {
  #pane;
  #turn = 0; // counts what was opened, so that an answer for what was left is dropped
  #asking = {older: false, newer: false};
  #away = false; // whether something came that nobody can have seen

  constructor(pane) {
    this.#pane = pane;
    this.all = []; // deleted ones too
    this.more = false; // whether there are older ones
    this.newer = false; // whether there are newer ones: one looks at the past
    this.state = "loading"; // or "here", or "failed"
    this.error = null; // the sentence, if it failed
    this.first = null; // id of the first message that was new when one came here
    this.showDeleted = kept(SETTING, {forAll: true}) === true;
    const until = {signal: pane.life};
    document.addEventListener("visibilitychange", () => { this.#away = false; }, until);
    addEventListener(SETTING, ({detail}) => {
      this.showDeleted = detail;
      pane.tell("messages", {again: true});
    }, until);
  }

  // Those that are not deleted.
  get messages() {
    return this.all.filter((one) => !one.deleted);
  }

  // Those to be shown.
  get shown() {
    return this.showDeleted ? this.all : this.messages;
  }

  find(id) {
    return this.all.find((one) => one.id === id) ?? null;
  }

  // For all panes, and after a reload too.
  setShowDeleted(on) {
    keep(SETTING, on, {forAll: true});
    dispatchEvent(new CustomEvent(SETTING, {detail: on}));
  }

  // --- loading -----------------------------------------------------------------------------------

  // Forget a channel that one leaves.
  clear() {
    this.#turn += 1;
    Object.assign(this, {all: [], more: false, newer: false, first: null, error: null});
    this.state = "loading";
    this.#away = false;
  }

  // Show the channel's newest messages; again: after a break, so that what is there stays.
  async open(again = false) {
    const since = again && !this.newer ? this.all[0]?.id : undefined;
    if (!await this.#load("open", {since})) return;
    const unread = this.#pane.find(this.#pane.channel)?.unread ?? 0;
    if (unread && !this.first) this.first = this.#firstOf(unread);
    this.#pane.tell("messages", {again});
  }

  // Show a message with its neighbours; tells whether it is there.
  async around(message) {
    if (!await this.#load("around", {message})) return false;
    this.#pane.tell("messages", {again: true});
    return true;
  }

  async #load(act, asked) {
    const turn = ++this.#turn;
    this.#asking = {older: false, newer: false};
    const before = this.state;
    this.#become(this.all.length ? before : "loading");
    try {
      const page = await this.#pane.ask(act, {channel: this.#pane.channel, ...asked});
      if (turn !== this.#turn) return false;
      this.all = inOrder([...page.messages, ...page.deleted]);
      this.more = page.more;
      this.newer = page.newer;
      this.#become("here");
      return true;
    } catch (error) {
      if (turn !== this.#turn) return false;
      if (act === "around") {
        this.#become(before);
        throw error;
      }
      this.#become("failed", error.message);
      return false;
    }
  }

  #become(state, error = null) {
    this.state = state;
    this.error = error;
    this.#pane.tell("history");
  }

  // Load those before or after what is there; errors are for who asked.
  loadOlder() {
    return this.#extend("older", "more", (page) => {
      this.all = [...page, ...this.all];
    });
  }

  loadNewer() {
    return this.#extend("newer", "newer", (page) => {
      this.all = [...this.all, ...page];
    });
  }

  async #extend(act, left, put) {
    if (!this[left] || this.#asking[act] || this.state !== "here" || !this.all.length) return;
    const turn = this.#turn;
    const edge = act === "older" ? {before: this.all[0].id} : {after: this.all.at(-1).id};
    this.#asking[act] = true;
    try {
      const page = await this.#pane.ask(act, {channel: this.#pane.channel, ...edge});
      if (turn !== this.#turn) return;
      const found = inOrder([...page.messages, ...page.deleted]);
      put(found);
      this[left] = page[left];
      this.#pane.tell(act, this.showDeleted ? found : found.filter((one) => !one.deleted));
    } finally {
      if (turn === this.#turn) this.#asking[act] = false;
    }
  }

  #firstOf(unread) {
    let left = unread;
    const others = (one) => !one.ephemeral && !one.deleted && one.author.id !== this.#pane.me.id;
    const found = this.all.findLast((one) => others(one) && --left === 0);
    return (found ?? this.all.find(others))?.id ?? null;
  }

  // --- what happens ------------------------------------------------------------------------------

  // A message came or changed.
  take(message, isNew) {
    const at = this.all.findLastIndex((one) => one.id === message.id);
    if (at >= 0) {
      this.all[at] = message;
      this.#pane.tell("message", message, false);
      const {author, excerpt: text} = message; // there is one only if it was edited
      if (text !== undefined) this.#answersTo(message.id, (reply) => ({...reply, author, text}));
      return;
    }
    if (!isNew || this.state !== "here") return; // older than what is loaded, or on its way
    if (this.newer) {
      this.#pane.tell("later", message);
      return;
    }
    this.#mark(message);
    this.all.push(message);
    this.#pane.tell("message", message, true);
  }

  // Where the line goes that tells what is new.
  #mark(message) {
    const before = this.first;
    if (message.author.id === this.#pane.me.id) this.first = null;
    else if (document.hidden && !this.#away && !message.ephemeral) {
      this.#away = true;
      this.first = message.id;
    }
    if (before !== this.first) this.#pane.tell("first", before);
  }

  // All is read: no line tells any longer what is new.
  seen() {
    const before = this.first;
    this.first = null;
    if (before) this.#pane.tell("first", before);
  }

  takeGone(id) {
    const at = this.all.findLastIndex((one) => one.id === id);
    if (at < 0 || this.all[at].deleted) return null;
    const gone = {...this.all[at], deleted: true, can: {}};
    // What one alone sees is dismissed for good.
    if (gone.ephemeral) this.all.splice(at, 1);
    else this.all[at] = gone;
    this.#pane.tell("gone", gone);
    this.#answersTo(id, () => ({id, gone: true}));
    return gone;
  }

  // Tell those messages which answer a changed one.
  #answersTo(id, change) {
    this.all.forEach((one, at) => {
      if (one.reply?.id !== id) return;
      this.all[at] = {...one, reply: change(one.reply)};
      this.#pane.tell("message", this.all[at], false);
    });
  }
}

function inOrder(messages) {
  return messages.sort((one, other) => isOlder(one.id, other.id) ? -1 : 1);
}

// Whether an id was made before another: they are numbers too large for numbers.
function isOlder(one, other) {
  return one.length === other.length ? one < other : one.length < other.length;
}
