// Where one types: messages with files, names and replies, and slash commands.

import {h} from "./dom.js";
import {drawBox, fit} from "./composer-box.js";
import {Choices} from "./composer-list.js";
import {draftKey, giveBack, keepDraft, openDraft} from "./composer-drafts.js";
import {dropOn, Files} from "./composer-files.js";
import {editLast} from "./composer-last.js";
import {decode, encode, suggest} from "./composer-mentions.js";
import {drawReply} from "./composer-reply.js";
import {drawNotes} from "./composer-notes.js";
import {Slash} from "./composer-slash.js";
import {drawTyping, teller} from "./composer-typing.js";
import {isTouch} from "./pointer.js";
import {upload} from "./upload.js";

const LONGEST_SENT = 200_000; // characters; the connection takes a megabyte at once

export function drawComposer(pane) {
  return new Composer(pane).root;
}

class Composer {
  #names = new Map(); // names in the text that stand for codes
  #filesElsewhere = new Map(); // files that wait in other channels

  constructor(pane) {
    this.pane = pane;
    this.key = null; // whose draft this is: person and channel
    this.aside = ""; // words that wait while a command is filled in
    this.typing = teller(pane);
    this.choices = new Choices();
    this.files = new Files(() => this.#draw() ?? this.focus());
    this.notes = drawNotes(pane);
    this.#build();
    this.#listen();
  }

  #build() {
    this.slash = new Slash(this);
    Object.assign(this, drawBox(this.slash.line.root));
    this.stack = h("div", {class: "composer-stack"},
      this.choices.root, drawReply(this.pane), this.files.root, this.box);
    this.root = h("form", {class: "composer", autocomplete: "off"},
      drawTyping(this.pane), this.stack, this.notes.root);
  }

  #listen() {
    const {pane, input} = this;
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#enter();
    });
    // Where a form gives the focus back to when it closes: what one typed in may be gone by then.
    this.box.addEventListener("focus", () => this.slash.line.busy || this.focus());
    this.root.addEventListener("focusout", (event) => this.root.contains(event.relatedTarget) || this.choices.hide());
    input.addEventListener("keydown", (event) => this.#keydown(event));
    input.addEventListener("input", (event) => this.#typed(event));
    input.addEventListener("click", () => this.#suggest());
    this.root.addEventListener("paste", (event) => this.#pasted(event));
    this.picker.addEventListener("change", () => {
      this.#addFiles([...this.picker.files]);
      this.picker.value = "";
    });
    pane.on("channel", () => this.#moved());
    pane.on("places", () => this.#draw());
    pane.on("me", () => this.#draw());
    pane.on("bot", () => this.slash.forget());
    pane.on("write", () => this.focus());
    pane.on("compose", (text) => this.#compose(text));
  }

  // --- what is kept ------------------------------------------------------------------------------

  get text() {
    return encode(this.input.value, this.#names);
  }

  // Keep what was typed as this person's draft for this channel.
  keep() {
    keepDraft(this.pane, this.key, this.slash.open ? {...this.slash.line.kept, aside: this.aside} : this.text);
    this.#draw();
  }

  // Another channel is shown, or somebody else sits here.
  #moved() {
    if (!this.dropping) this.dropping = this.#letDrop();
    const key = draftKey(this.pane);
    this.slash.forget();
    if (key === this.key) {
      this.#draw();
      return;
    }
    if (this.key) this.#filesElsewhere.set(this.key, this.files.take());
    this.key = null;
    this.slash.end();
    this.files.put(this.#filesElsewhere.get(key) ?? []);
    this.key = key;
    this.notes.problem("");
    const {line, aside, kept} = openDraft(this.pane, key);
    this.aside = aside;
    this.#put(line, {focus: false, kept});
    // Once the others have heard, too: until then the composer may not be seen.
    queueMicrotask(() => {
      fit(this.input);
      if (this.#mayFocus()) this.focus();
    });
  }

  // Show a text to be gone on with; a command in it becomes an options line.
  #put(text, how = {focus: false}) {
    const [shown, names] = decode(this.pane, text);
    this.#names = names;
    this.input.value = shown;
    this.show();
    this.slash.take(shown, how);
  }

  // Back from a command to words.
  resume() {
    this.#put(this.aside);
    this.aside = "";
    this.keep();
  }

  #compose(text) {
    const words = this.slash.open ? this.aside : this.text;
    this.slash.end();
    this.aside = text.startsWith("/") ? words : "";
    this.#put(text, {bare: true});
    this.keep();
    this.focus();
  }

  // --- looks -------------------------------------------------------------------------------------

  #draw() {
    this.notes.draw({length: this.slash.open ? 0 : [...this.text].length});
    const {words, writable} = this.notes.place;
    this.input.placeholder = words;
    this.root.classList.toggle("composer-closed", !writable);
    this.input.disabled = this.attach.disabled = !writable;
    this.send.disabled = !writable || (!this.slash.open && !this.input.value.trim() && !this.files.list.length);
  }

  show() {
    this.input.hidden = this.slash.open;
    this.attach.hidden = this.slash.open;
    fit(this.input);
    this.#draw();
  }

  focus() {
    (this.slash.open ? this.slash.line : this.input).focus();
  }

  // Whether it is expected that the focus comes here: not on a phone, where a keyboard would pop up,
  // nor when somebody is at something else.
  #mayFocus() {
    const at = document.activeElement;
    const here = at === document.body || this.root.closest(".pane")?.contains(at);
    return here && !isTouch() && !document.querySelector("dialog:modal");
  }

  #letDrop() {
    const pane = this.root.closest(".pane") ?? this.root;
    dropOn(pane, () => `Upload to ${this.notes.place.name}`, (files) => this.#addFiles(files));
    return true;
  }

  #addFiles(files) {
    if (!this.notes.place.writable || !files.length) return;
    if (this.slash.open) {
      if (!this.slash.line.takeFiles(files)) this.notes.problem("This command takes no files.");
      return;
    }
    this.notes.problem(this.files.add(files));
    this.#draw();
    this.focus();
  }

  // --- typing ------------------------------------------------------------------------------------

  #typed(event) {
    this.notes.problem("");
    this.show();
    this.keep();
    const text = this.input.value;
    if (text.trim() && !text.startsWith("/")) this.typing.tell();
    if (event.inputType === "insertText" && event.data === " ") this.slash.space(text);
    this.#suggest();
  }

  #pasted(event) {
    const files = [...event.clipboardData.files];
    if (files.length) {
      event.preventDefault();
      this.#addFiles(files);
    } else if (event.target === this.input) {
      setTimeout(() => this.slash.take(this.input.value));
    }
  }

  #keydown(event) {
    if (event.isComposing) return;
    const slash = this.input.value.startsWith("/");
    // A command that is typed in full is meant, whatever the list would choose.
    const full = event.key === "Enter" && slash && !this.choices.moved;
    if (!full && this.choices.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#enter();
    } else if (event.key === "Escape") this.#escape(event);
    else if (event.key === "ArrowUp" && !this.input.value && !this.files.list.length) editLast(this.pane, event);
  }

  #escape(event) {
    if (!this.pane.reply) return;
    event.preventDefault();
    event.stopPropagation();
    this.pane.answer(null);
  }

  #suggest() {
    const text = this.input.value;
    if (text.startsWith("/") && !text.includes("\n")) {
      this.slash.suggest(text);
      return;
    }
    const caret = this.input.selectionStart;
    const found = suggest(this.pane, text.slice(0, caret));
    if (!found) this.choices.hide();
    else this.choices.show(this.input, {items: found.items, pick: (item) => this.#insert(found.from, caret, item)});
  }

  #insert(from, to, item) {
    this.#names.set(item.label, item.code);
    this.input.setRangeText(`${item.label} `, from, to, "end");
    this.choices.hide();
    this.show();
    this.keep();
  }

  // --- sending -----------------------------------------------------------------------------------

  async #enter() {
    const text = this.input.value;
    if (this.slash.open) this.slash.run();
    else if (!text.startsWith("/") || this.files.list.length) this.#say();
    else if (await this.slash.enter(text) === "words") this.#say();
  }

  async #say() {
    const [text, key] = [this.text.trim(), this.key];
    const files = this.files.list;
    if (!this.notes.place.writable || (!text && !files.length)) return;
    if (text.length > LONGEST_SENT) {
      this.notes.problem("That is too long even for a file of its own. Attach it as a file.");
      return;
    }
    const {channel, reply} = this.pane;
    // What is being sent is gone from here at once, so that a second Enter does not send it again.
    this.files.take();
    this.#put("");
    this.choices.hide();
    this.keep();
    this.notes.problem("");
    this.typing.forget();
    if (reply) this.pane.answer(null);
    this.pane.tell("present");
    if (files.length) this.notes.working(`Sending ${files.length === 1 ? files[0].name : `${files.length} files`}…`);
    try {
      const kept = await upload(files);
      await this.pane.ask("say", {channel, text, reply: reply?.id, files: kept.map((one) => one.id)});
    } catch (error) {
      this.#giveBack({key, text, files, reply}, error.message);
    } finally {
      this.notes.working("");
    }
  }

  // What could not be sent stands in the composer again, before what was typed meanwhile.
  #giveBack({key, text, files, reply}, sentence) {
    if (this.key !== key) {
      giveBack(this.pane, key, text);
      this.#filesElsewhere.set(key, files);
      this.pane.tell("notice", `A message was not sent and waits where it was written. ${sentence}`);
      return;
    }
    const all = (meanwhile) => [text, meanwhile].filter(Boolean).join("\n");
    if (this.slash.open) this.aside = all(this.aside);
    else this.#put(all(this.text));
    this.files.put([...files, ...this.files.list]);
    if (reply && !this.pane.reply) this.pane.answer(reply);
    this.keep();
    this.notes.problem(sentence);
  }
}
