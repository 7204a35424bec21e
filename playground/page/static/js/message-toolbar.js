// The small bar on the message that one points at or has the focus in, and the ways to its menu:
// the bar's last button, a right click, the menu key, a long press.

import {h} from "./dom.js";
import {icon} from "./icon.js";
import {pickEmoji} from "./emoji.js";
import {openMessageMenu} from "./message-menu.js";

const LONG_MS = 500;
const WANDER = 10; // pixels that a finger may move while it presses
const OWN_MENU = "input, textarea, select, video, audio, .message-editor";

export function watchPointer(list) {
  const bar = new Toolbar(list);
  list.list.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse") bar.show(list.itemOf(event.target));
  });
  list.list.addEventListener("focusin", (event) => bar.show(list.itemOf(event.target)));
  list.scroller.addEventListener("pointerleave", () => bar.leave());
  list.list.addEventListener("focusout", (event) => bar.leave(event.relatedTarget));
  list.list.addEventListener("contextmenu", (event) => {
    const item = list.itemOf(event.target);
    if (!item || event.shiftKey || event.target.closest(OWN_MENU)) return;
    event.preventDefault();
    const byKey = event.clientX === 0 && event.clientY === 0;
    openMessageMenu(list, item, byKey ? cornerOf(item) : {x: event.clientX, y: event.clientY}, event.target);
  });
  watchLongPress(list);
}

export function cornerOf(item) {
  const {left, top} = item.view.element.getBoundingClientRect();
  return {x: left + 72, y: Math.max(top, 0) + 24};
}

class Toolbar {
  #list;
  #item = null;

  constructor(list) {
    this.#list = list;
    const button = (shape, label, act) => h("button", {
      class: "message-tool", type: "button", "aria-label": label, title: label,
      onclick: (event) => act(this.#item, event.currentTarget),
    }, icon(shape));
    this.react = button("smile", "Add reaction", (item, at) =>
      pickEmoji(at, item.view.element, (emoji) => list.acts.react(item.message, emoji, true)));
    this.reply = button("reply", "Reply", (item) => list.pane.answer(item.message));
    this.edit = button("edit", "Edit", (item) => list.edit(item.id));
    this.more = button("more", "More", (item, at) => openMessageMenu(list, item, at));
    this.more.setAttribute("aria-haspopup", "menu");
    this.root = h("div", {class: "message-tools", role: "group", "aria-label": "Message actions"},
      this.react, this.reply, this.edit, this.more);
  }

  show(item) {
    if (!item) return;
    const {can} = item.message;
    if (item !== this.#item) this.#giveBack();
    this.#item = item;
    this.react.hidden = !can.react;
    this.reply.hidden = !can.reply || can.edit;
    this.edit.hidden = !can.edit;
    if (this.root.parentElement !== item.view.element) item.view.element.append(this.root);
  }

  // The focus does not go along when the pointer draws the bar elsewhere: its message keeps it.
  #giveBack() {
    if (this.root.contains(document.activeElement)) this.root.parentElement.focus({preventScroll: true});
  }

  // It stays where the focus is, or where that is about to be: until then nothing has it.
  leave(next = null) {
    const focused = this.#list.itemOf(next ?? document.activeElement);
    if (focused) this.show(focused);
    else if (!this.#item?.element.matches(":hover")) this.root.remove();
  }
}

function watchLongPress(list) {
  let timer = null;
  let from = null;
  let opened = false;
  const stop = () => clearTimeout(timer);
  list.list.addEventListener("pointerdown", (event) => {
    stop();
    opened = false;
    const item = list.itemOf(event.target);
    if (event.pointerType === "mouse" || !item || event.target.closest(OWN_MENU)) return;
    from = {x: event.clientX, y: event.clientY};
    timer = setTimeout(() => {
      opened = true;
      openMessageMenu(list, item, from, event.target);
    }, LONG_MS);
  });
  list.list.addEventListener("pointermove", (event) => {
    if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > WANDER) stop();
  });
  for (const end of ["pointerup", "pointercancel"]) list.list.addEventListener(end, stop);
  list.scroller.addEventListener("scroll", stop, {passive: true});
  // Lifting the finger presses nothing below it.
  list.list.addEventListener("click", (event) => {
    if (!opened) return;
    opened = false;
    event.preventDefault();
    event.stopPropagation();
  }, {capture: true});
}
