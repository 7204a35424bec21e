// A pane: one person's view of the local Discord. It keeps what that person sees; the parts of the
// screen draw from it and are told by topics what changed:
//   "me"        somebody else sits here, or their roles changed
//   "places"    servers, channels, threads or members changed
//   "channel"   another channel is shown
//   "messages"  the shown channel's messages were loaded anew
//   "message"   (message, isNew) one message of the shown channel came or changed
//   "gone"      (message) one message of the shown channel was deleted
//   "older"     (messages) older ones were put before those that are there
//   "typing"    who is typing in the shown channel changed
//   "online"    the connection to the page's server came or broke
//   "reply"     the message that is being answered changed
//   "form"      (modal or null) a form is to be shown, or no longer

import {Wire} from "./wire.js";
import {drawPane} from "./frame.js";

const TYPING_MS = 8000;

export class Pane {
  #listeners = new Map();

  constructor(number, kept) {
    this.number = number;
    this.wire = new Wire();
    this.online = false;
    this.me = null;
    this.people = [];
    this.places = {guilds: [], dms: []};
    this.bot = null;
    this.channel = kept.channel ?? null; // id of the shown channel
    this.messages = []; // of the shown channel, oldest first
    this.more = false; // whether there are older ones
    this.unread = new Set(); // ids of other channels in which something new stands
    this.reply = null; // the message that is being answered
    this.drafts = kept.drafts ?? {}; // what was typed and not sent, by person and channel
    this.typing = new Map(); // id of a user → {name, until}
    this.wanted = kept.me ?? null;
    this.root = drawPane(this);
    this.wire.on("up", () => this.#hello());
    this.wire.on("down", () => this.#setOnline(false));
    this.wire.on("places", (body) => this.#takePlaces(body));
    this.wire.on("message", (body) => this.#takeMessage(body));
    this.wire.on("gone", (body) => this.#takeGone(body));
    this.wire.on("typing", (body) => this.#takeTyping(body));
  }

  on(topic, listener) {
    if (!this.#listeners.has(topic)) this.#listeners.set(topic, []);
    this.#listeners.get(topic).push(listener);
  }

  tell(topic, ...rest) {
    for (const listener of this.#listeners.get(topic) ?? []) listener(...rest);
  }

  ask(act, asked) {
    return this.wire.ask(act, asked);
  }

  // What is kept over a reload.
  get kept() {
    return {me: this.me?.id ?? this.wanted, channel: this.channel, drafts: this.drafts};
  }

  // --- who and where -----------------------------------------------------------------------------

  async become(person) {
    this.wanted = person;
    await this.#hello();
  }

  async #hello() {
    const told = await this.ask("hello", {as: this.wanted});
    this.me = told.me;
    this.people = told.people;
    this.places = told.places;
    this.bot = told.bot;
    this.reply = null;
    this.typing.clear();
    this.#setOnline(true);
    this.tell("me");
    this.tell("places");
    const here = this.find(this.channel) ?? this.first();
    if (here) await this.go(here.id);
  }

  async go(channel) {
    this.channel = channel;
    this.reply = null;
    this.typing.clear();
    this.unread.delete(channel);
    this.tell("channel");
    this.tell("reply");
    const page = await this.ask("open", {channel});
    if (channel !== this.channel) return;
    this.messages = page.messages;
    this.more = page.more;
    this.tell("messages");
  }

  async loadOlder() {
    if (!this.more || !this.messages.length) return;
    const channel = this.channel;
    const page = await this.ask("older", {channel, before: this.messages[0].id});
    if (channel !== this.channel) return;
    this.messages = [...page.messages, ...this.messages];
    this.more = page.more;
    this.tell("older", page.messages);
  }

  // All channels, threads and direct messages that are seen.
  get channels() {
    return [...this.places.guilds.flatMap((one) => one.channels), ...this.places.dms];
  }

  find(id) {
    return this.channels.find((one) => one.id === id) ?? null;
  }

  // The channel to begin in: the first in which one can write.
  first() {
    return this.channels.find((one) => one.kind === 0) ?? this.channels[0] ?? null;
  }

  guildOf(channel) {
    return this.places.guilds.find((one) => one.channels.some((c) => c.id === channel)) ?? null;
  }

  member(id) {
    return this.guildOf(this.channel)?.members.find((one) => one.id === id) ?? null;
  }

  answer(message) {
    this.reply = message;
    this.tell("reply");
  }

  // Carry out something that asks the bot; if it shows a form, so do we.
  async interact(act, asked) {
    const came = await this.ask(act, asked);
    if (came.modal) this.tell("form", came.modal);
    return came;
  }

  // --- what happens ------------------------------------------------------------------------------

  #setOnline(online) {
    this.online = online;
    this.tell("online");
  }

  #takePlaces({places, people}) {
    this.places = places;
    this.people = people;
    const me = people.find((one) => one.id === this.me?.id);
    const rolesBefore = String(this.me?.roles);
    if (me) this.me = me;
    this.tell("places");
    if (String(this.me?.roles) !== rolesBefore) this.tell("me");
    if (this.channel && !this.find(this.channel) && this.first()) this.go(this.first().id);
  }

  #takeMessage({channel, message, new: isNew}) {
    if (channel !== this.channel) {
      if (isNew && message.author.id !== this.me.id) {
        this.unread.add(channel);
        this.tell("places");
      }
      return;
    }
    this.typing.delete(message.author.id);
    const at = this.messages.findIndex((one) => one.id === message.id);
    if (at >= 0) this.messages[at] = message;
    else if (!isNew) return; // older than what is loaded
    else this.messages.push(message);
    this.tell("message", message, at < 0);
    this.tell("typing");
  }

  #takeGone({channel, id}) {
    if (channel !== this.channel) return;
    const at = this.messages.findIndex((one) => one.id === id);
    if (at < 0) return;
    const [message] = this.messages.splice(at, 1);
    if (this.reply?.id === id) this.answer(null);
    this.tell("gone", message);
  }

  #takeTyping({channel, id, name}) {
    if (channel !== this.channel) return;
    this.typing.set(id, {name, until: Date.now() + TYPING_MS});
    this.tell("typing");
    setTimeout(() => this.tell("typing"), TYPING_MS + 50);
  }
}
