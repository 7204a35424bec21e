// Keys in the list: arrows go from message to message, and on a message some keys act at once.

import {cornerOf} from "./message-toolbar.js";
import {openMessageMenu} from "./message-menu.js";
import {pickEmoji} from "./emoji.js";

export function watchKeys(list) {
  let pointed = false; // whether the focus came here by a click
  list.list.addEventListener("pointerdown", () => { pointed = true; });
  addEventListener("keydown", (event) => {
    if (event.key.length > 1) pointed = false;
  }, {capture: true});
  list.list.addEventListener("keydown", (event) => {
    const item = list.itemOf(event.target);
    const isMenu = event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const onMessage = event.target === item.view.element;
    const act = isMenu ? () => openMessageMenu(list, item, cornerOf(item), event.target)
      : onMessage ? moves(list, item)[event.key] ?? (pointed ? null : deeds(list, item)[event.key])
        : isStep(event) ? moves(list, item)[event.key] : null;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

// From what can be pressed in a message one walks on as well; what opens a list by arrows did so.
function isStep({key, target, defaultPrevented}) {
  return !defaultPrevented && ["ArrowUp", "ArrowDown"].includes(key) && target.matches("button, a");
}

function moves(list, item) {
  const {items} = list;
  const at = items.indexOf(item);
  const go = (to) => list.focus(items[Math.max(0, Math.min(to, items.length - 1))]);
  return {
    ArrowUp: () => go(at - 1),
    ArrowDown: () => go(at + 1),
    Home: () => go(0),
    End: () => go(items.length - 1),
    PageUp: () => go(aScreen(list, at, -1)),
    PageDown: () => go(aScreen(list, at, 1)),
    Enter: () => openMessageMenu(list, item, cornerOf(item)),
  };
}

// After a click these letters are meant for the message box.
function deeds(list, item) {
  const {acts, pane} = list;
  const {message} = item;
  const {can} = message;
  const react = () => pickEmoji(item.view.element, item.view.element,
    (emoji) => acts.react(message, emoji, true));
  const remove = () => message.ephemeral ? acts.remove(message) : acts.askToRemove(message);
  return {
    "+": can.react && react,
    "e": can.edit && (() => list.edit(item.id)),
    "r": can.reply && (() => pane.answer(message)),
    "Delete": can.delete && remove,
  };
}

// The index of the message that is about a screen away.
function aScreen({items, scroller}, at, by) {
  const {top} = items[at].element.getBoundingClientRect();
  let to = at + by;
  const isNear = (item) => Math.abs(item.element.getBoundingClientRect().top - top) < scroller.clientHeight * 0.9;
  while (items[to] && isNear(items[to])) to += by;
  return to;
}
