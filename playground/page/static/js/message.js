// One message. It is drawn in parts, and a change draws those parts anew that look different: what
// one opened, uncovered or has the focus on in the others stays as it is.

import {h} from "./dom.js";
import {drawEmbeds} from "./embeds.js";
import {drawComponents} from "./components.js";
import {drawAbove, drawBody, drawFailure, drawFoot, drawHead} from "./message-parts.js";
import {drawReactions} from "./message-reactions.js";
import {drawThread} from "./message-thread.js";

// What each part looks at, and how it is drawn. look: {grouped, editing, failure}.
const PARTS = [
  {name: "above", of: (m, look) => [m.reply, m.cause, look.grouped], draw: drawAbove},
  {name: "head", of: (m, look) => [m.author, look.grouped, m.pinned, m.system], draw: drawHead},
  {
    name: "body", draw: drawBody,
    of: (m, look) => look.editing || [m.text, m.edited, m.loading, m.system, m.deleted, m.author.name],
  },
  {
    name: "rich", of: (m) => [m.embeds, m.attachments, m.stickers],
    draw: ({pane}, m) => (m.embeds.length || m.attachments.length || m.stickers.length)
      && h("div", {class: "message-rich"}, drawEmbeds(pane, m)),
  },
  {
    name: "components", of: (m) => m.components,
    draw: ({pane}, m) => m.components.length
      && h("div", {class: "message-components"}, drawComponents(pane, m)),
  },
  {name: "reactions", of: (m) => [m.reactions, m.can.react], draw: drawReactions},
  {name: "thread", of: (m) => m.thread, draw: drawThread},
  {name: "foot", of: (m) => [m.ephemeral, m.edited, m.deleted, m.text.length], draw: drawFoot},
  {name: "failure", of: (_m, look) => look.failure, draw: drawFailure},
];
const TOLD = ["name", "body", "rich", "components", "time"];

export class MessageView {
  // list: who shows it, and can do what one may want to do with it (see messages.js)
  constructor(list, message, look) {
    this.list = list;
    this.pane = list.pane;
    this.message = message;
    this.look = look;
    this.parts = PARTS.map((part) => this.#draw(part));
    this.element = h("article", {
      tabindex: "-1", "data-focus": `message-${message.id}`,
      "aria-labelledby": TOLD.map((part) => this.id(part)).join(" "),
    }, this.parts);
    this.#dress();
  }

  // The id of a part's element: it is one of a kind on the whole page.
  id(part) {
    return `pane${this.pane.number}-${this.message.id}-${part}`;
  }

  update(message, look) {
    const before = [this.message, this.look];
    this.message = message;
    this.look = look;
    PARTS.forEach((part, at) => {
      if (JSON.stringify(part.of(...before)) === JSON.stringify(part.of(message, look))) return;
      this.parts[at] = this.#exchange(this.parts[at], this.#draw(part));
    });
    this.#dress();
  }

  // Tell beside the message what could not be done with it.
  fail(sentence) {
    this.update(this.message, {...this.look, failure: sentence});
  }

  #draw(part) {
    const element = part.draw(this, this.message, this.look);
    if (!element) return document.createComment(part.name);
    if (TOLD.includes(part.name)) element.id = this.id(part.name);
    return element;
  }

  #dress() {
    const {message: m, look} = this;
    const looks = {
      grouped: look.grouped, pinged: m.pinged, whisper: m.ephemeral, deleted: m.deleted,
      system: m.system, editing: look.editing,
    };
    this.element.className = Object.entries(looks)
      .reduce((all, [name, on]) => on ? `${all} message-${name}` : all, "message");
  }

  #exchange(old, fresh) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const key = focused?.closest("[data-focus]")?.dataset.focus;
    if (old instanceof Element && fresh instanceof Element) keepOpen(old, fresh);
    old.replaceWith(fresh);
    if (!focused) return fresh;
    const again = key && this.element.querySelector(`[data-focus="${CSS.escape(key)}"]`);
    again?.focus({preventScroll: true});
    // It may be disabled by now, or gone.
    if (document.activeElement === document.body) this.element.focus({preventScroll: true});
    return fresh;
  }
}

// What was uncovered or opened in the old part is so in the fresh one.
function keepOpen(old, fresh) {
  const open = [...old.querySelectorAll("details")].map((one) => one.open);
  fresh.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? one.open; });
  const before = [...old.querySelectorAll(".spoiler")];
  fresh.querySelectorAll(".spoiler").forEach((one, at) => {
    const was = before[at];
    const isSame = was?.classList.contains("spoiler-shown") && was.textContent === one.textContent;
    if (isSame) one.click();
  });
}
