// What one can do with a message. What goes wrong is told under the message.

import {openDialog} from "./dialog.js";
import {h} from "./dom.js";
import {drawText} from "./richtext.js";

const BEGINNING = 400; // characters, more than three lines hold
const LINES = "h3, h4, h5, li, pre, blockquote, .rich-small"; // what stands on lines of its own

export class Acts {
  #list;

  constructor(list) {
    this.#list = list;
  }

  // Do something; true if it was done.
  async #try(message, doing) {
    const {pane} = this.#list;
    const who = pane.me?.id;
    this.#list.byId.get(message.id)?.view.fail(null);
    try {
      await doing();
      return true;
    } catch (error) {
      const view = this.#list.byId.get(message.id)?.view;
      if (view && who === pane.me?.id) view.fail(error.message);
      else pane.tell("notice", error.message);
      return false;
    }
  }

  #ask(act, message, asked = {}) {
    const {pane} = this.#list;
    return this.#try(message, () => pane.ask(act, {channel: message.channel, message: message.id, ...asked}));
  }

  react(message, emoji, on) {
    return this.#ask("react", message, {emoji, on});
  }

  change(message, text) {
    return this.#ask("edit", message, {text});
  }

  remove(message) {
    return this.#ask("delete", message);
  }

  // One of the bot's menus for messages.
  use(message, name) {
    const {pane} = this.#list;
    return this.#try(message, () => pane.interact("menu",
      {channel: message.channel, message: message.id, name}));
  }

  async copy(message, text) {
    return this.#try(message, async () => {
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        throw new Error("The browser does not let the page copy.");
      }
    });
  }

  // Ask before a message is deleted; with Shift held there is no asking.
  askToRemove(message) {
    const {pane} = this.#list;
    const back = this.#list.byId.get(message.id)?.view.element;
    const draw = (close) => {
      const yes = () => {
        close();
        this.remove(message);
      };
      return [
        h("h2", {}, "Delete message"),
        h("p", {}, `This message of ${message.author.name} will be gone for everybody.`),
        drawBeginning(pane, message),
        h("div", {class: "message-ask"},
          h("button", {class: "button button-danger", type: "button", autofocus: true, onclick: yes}, "Delete"),
          h("button", {class: "button button-plain", type: "button", onclick: close}, "Cancel")),
      ];
    };
    const closed = () => { if (back?.isConnected) back.focus({preventScroll: true}); };
    openDialog("Delete message", draw, {home: pane.root, closed});
  }
}

// How a message begins, as mere text: nothing in it can be pressed, and what is hidden stays so.
function drawBeginning(pane, message) {
  const drawn = drawText(pane, message.text);
  const files = message.attachments.map((one) => one.name).join(", ");
  for (const one of drawn?.querySelectorAll(".spoiler") ?? []) one.replaceWith("▒▒▒");
  for (const one of drawn?.querySelectorAll(".code-copy") ?? []) one.remove();
  for (const one of drawn?.querySelectorAll(LINES) ?? []) one.append("\n");
  const text = drawn?.textContent.replace(/\n+/g, "\n").trim() || files;
  return text ? h("blockquote", {class: "message-doomed"}, text.slice(0, BEGINNING)) : null;
}
