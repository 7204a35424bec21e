// A pane: one person's view of the local Discord. It keeps what that person sees; the parts of the
// screen draw from it and are told by topics what changed:
//   "me"        somebody else sits here, or their roles changed
//   "places"    servers, channels, threads, members or people changed
//   "unread"    what stands unread in channels changed
//   "channel"   another channel is shown (null: none, since none is seen)
//   "channel-again"  the channel that is shown was chosen once more
//   "messages"  ({again}) the shown channel's messages were loaded anew; again: to be shown from
//               where one is
//   "message"   (message, isNew) one message of the shown channel came or changed
//   "gone"      (message) one message of the shown channel was deleted
//   "older"     (messages) older ones were put before those that are there
//   "newer"     (messages) newer ones were put after those that are there
//   "later"     (message) one came behind the part of the channel that is shown
//   "history"   loading the shown channel began, ended or failed
//   "first"     (id before) another message is the first that was new when one came here
//   "jump"      (id) a message of the shown channel is to be shown
//   "present"   the newest message of the shown channel is to be shown
//   "write"     the focus is to go where one types
//   "edit"      (message or null) a message is to be edited where it stands
//   "typing"    who is typing in the shown channel changed
//   "online"    the connection to the page's server came or broke
//   "bot"       the bot came or went
//   "backstage" (news) something changed that the backstage shows: "prompt" or "ballot"
//   "reply"     the message that is being answered changed
//   "compose"   (text) a text, such as a command's name, is to be gone on with in the composer
//   "form"      (modal or null, asked) a form is to be shown since that was asked, or no longer
//   "thread"    (message or null) a thread is to be opened, on a message or in the shown channel
//   "notice"    (sentence) something is to be told that has no better place

import {knowFaces} from "./avatar.js";
import {Wire} from "./wire.js";
import {Places} from "./places.js";
import {History} from "./messages-history.js";
import {drawPane} from "./frame.js";

const TYPING_MS = 8000;

export class Pane {
  #listeners = new Map();
  #life = new AbortController();
  #sitting = 0; // counts who sat down here, so that an answer for an earlier one is dropped

  // kept: what an earlier page kept of this pane; panes: all panes, of which this is one.
  constructor(number, kept, panes) {
    this.number = number;
    this.panes = panes;
    this.wire = new Wire();
    this.online = false;
    this.me = null;
    this.people = []; // whom one can be
    this.places = new Places();
    this.bot = null; // {id, name, ready, running (null: nobody knows), backstage (whether there is one)}
    this.channel = kept.channel ?? null; // id of the shown channel
    this.visited = []; // ids of channels that were shown before, the last one first
    this.history = new History(this); // the shown channel's messages
    this.reply = null; // the message that is being answered
    this.drafts = panes.drafts; // what was typed and not sent, by person and channel
    this.typing = new Map(); // id of a user → {name, until}
    this.wanted = kept.me ?? null;
    this.root = drawPane(this);
    this.#hear();
  }

  #hear() {
    this.wire.on("up", () => this.#hello());
    this.wire.on("down", () => this.#setOnline(false));
    this.wire.on("places", (body) => this.#takePlaces(body));
    this.wire.on("message", (body) => this.#takeMessage(body));
    this.wire.on("gone", (body) => this.#takeGone(body));
    this.wire.on("typing", (body) => this.#takeTyping(body));
    this.wire.on("read", ({channel}) => this.places.read(channel) && this.tell("unread"));
    this.wire.on("bot", ({ready, running}) => {
      this.bot = {...this.bot, ready, running};
      this.tell("bot");
    });
    this.wire.on("backstage", ({news}) => this.tell("backstage", news));
  }

  // Hear a topic from now on; returns a function that ends it.
  on(topic, listener) {
    if (!this.#listeners.has(topic)) this.#listeners.set(topic, new Set());
    this.#listeners.get(topic).add(listener);
    return () => this.#listeners.get(topic).delete(listener);
  }

  // One part of the screen that stumbles does not keep the others from hearing.
  tell(topic, ...rest) {
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        listener(...rest);
      } catch (error) {
        reportError(error);
      }
    }
  }

  ask(act, asked) {
    return this.wire.ask(act, asked);
  }

  // Ask for something whose failure is told at the head of the channel; null if it failed.
  async attempt(act, asked) {
    try {
      return await this.ask(act, asked) ?? true;
    } catch (error) {
      this.tell("notice", error.message);
      return null;
    }
  }

  // Of the shown channel, oldest first.
  get messages() {
    return this.history.messages;
  }

  // What is kept over a reload.
  get kept() {
    return {me: this.me?.id ?? this.wanted, channel: this.channel};
  }

  // Told when the pane closes: what listens elsewhere for it ends then.
  get life() {
    return this.#life.signal;
  }

  close() {
    this.#life.abort();
    this.wire.close();
    this.root.remove();
  }

  // --- who and where -----------------------------------------------------------------------------

  async become(person) {
    if (person === this.wanted && person === this.me?.id) return;
    this.wanted = person;
    if (this.online) await this.#hello();
  }

  async #hello() {
    const turn = ++this.#sitting;
    let told;
    try {
      told = await this.ask("hello", {as: this.wanted});
    } catch (error) {
      if (turn === this.#sitting && this.online) this.tell("notice", error.message);
      return;
    }
    if (turn === this.#sitting) this.#sit(told);
  }

  #sit(told) {
    const again = told.me.id === this.me?.id; // after a break; what is being written stays
    this.me = told.me;
    this.wanted = told.me.id;
    this.#know(told.people);
    this.places = new Places(told.places);
    this.bot = told.bot;
    if (!again) this.reply = null;
    this.#setOnline(true);
    this.tell("me");
    this.tell("places");
    this.tell("bot");
    const here = this.find(this.channel) ?? this.first();
    this.#show(here?.id ?? null, again && here?.id === this.channel);
  }

  #know(people) {
    this.people = people;
    knowFaces(people.map((one) => one.id));
  }

  async go(channel) {
    await this.#show(channel, false);
  }

  // Go to a channel and show one of its messages there.
  async jump(channel, message) {
    if (channel !== this.channel) await this.go(channel);
    if (channel === this.channel) this.tell("jump", message);
  }

  async #show(channel, again) {
    if (!again) this.#leave(channel);
    if (channel === null) return;
    await this.history.open(again);
    if (channel === this.channel) this.read();
  }

  #leave(channel) {
    this.visited = [...new Set([this.channel, ...this.visited])].filter((one) => one && one !== channel);
    this.channel = channel;
    this.history.clear();
    this.reply = null;
    this.typing.clear();
    this.tell("channel");
    this.tell("reply");
    this.tell("typing");
    this.panes.keep();
  }

  // Note that whoever sits here has seen the shown channel to its end, if they can see it now.
  read() {
    const last = this.messages.findLast((one) => !one.ephemeral);
    if (!last || this.history.newer || !this.online || document.hidden || !this.root.checkVisibility()) return;
    if (!this.places.read(this.channel)) return;
    this.tell("unread");
    this.ask("read", {channel: this.channel, message: last.id}).catch(() => {});
  }

  get channels() {
    return this.places.channels;
  }

  find(id) {
    return this.places.find(id);
  }

  first() {
    return this.places.first();
  }

  guildOf(channel) {
    return this.places.guildOf(channel);
  }

  // The server whose channel is shown; null in direct messages.
  get guild() {
    return this.guildOf(this.channel);
  }

  // Who is in that server; in direct messages, all whom one can be.
  get members() {
    return this.guild?.members ?? this.people;
  }

  answer(message) {
    this.reply = message;
    this.tell("reply");
    if (message) this.tell("write");
  }

  // Carry out something that asks the bot; if it shows a form, so do we, unless somebody else sits
  // here by then.
  async interact(act, asked) {
    const who = this.me?.id;
    const came = await this.ask(act, asked);
    if (came.modal && who === this.me?.id) this.tell("form", came.modal, asked);
    return came;
  }

  // --- what happens ------------------------------------------------------------------------------

  #setOnline(online) {
    this.online = online;
    this.tell("online");
  }

  #takePlaces({places, people}) {
    this.places = new Places(places);
    this.#know(people);
    const rolesBefore = String(this.me.roles);
    this.me = people.find((one) => one.id === this.me.id) ?? this.me;
    this.tell("places");
    if (String(this.me.roles) !== rolesBefore) this.tell("me");
    if (!this.find(this.channel)) this.#show(this.first()?.id ?? null, false);
    this.read();
  }

  #takeMessage({channel, message, new: isNew}) {
    if (isNew) {
      this.places.wrote(channel, message, this.me.id);
      this.tell("unread");
    }
    if (channel !== this.channel) return;
    if (isNew && this.typing.delete(message.author.id)) this.tell("typing");
    this.history.take(message, isNew);
    this.read();
  }

  #takeGone({channel, id}) {
    if (channel !== this.channel) return;
    if (this.reply?.id === id) this.answer(null);
    this.history.takeGone(id);
  }

  #takeTyping({channel, id, name}) {
    if (channel !== this.channel) return;
    this.typing.set(id, {name, until: Date.now() + TYPING_MS});
    this.tell("typing");
    setTimeout(() => this.tell("typing"), TYPING_MS + 50);
  }
}
