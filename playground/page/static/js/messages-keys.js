// Keys in the list: arrows go from message to message, and on a message some keys act at once.

import {cornerOf} from "./message-toolbar.js";
import {openMessageMenu} from "./message-menu.js";
import {pickEmoji} from "./emoji.js";

export function watchKeys(list) {
  list.list.addEventListener("keydown", (event) => {
    const item = list.itemOf(event.target);
    const isMenu = event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const onMessage = event.target === item.view.element;
    const act = isMenu ? () => openMessageMenu(list, item, cornerOf(item), event.target)
      : onMessage ? meant(list, item, event) : null;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

function meant(list, item, event) {
  const {items} = list;
  const at = items.indexOf(item);
  const {can} = item.message;
  const go = (to) => () => list.focus(items[Math.max(0, Math.min(to, items.length - 1))]);
  const moves = {
    ArrowUp: go(at - 1),
    ArrowDown: go(at + 1),
    Home: go(0),
    End: go(items.length - 1),
    PageUp: go(aScreen(list, at, -1)),
    PageDown: go(aScreen(list, at, 1)),
    Enter: () => openMessageMenu(list, item, cornerOf(item)),
    Escape: () => list.toComposer(),
  };
  if (moves[event.key]) return moves[event.key];
  // A click puts the focus here too; what is typed then is not meant for the message.
  if (!item.view.element.matches(":focus-visible")) return null;
  const {acts, pane} = list;
  const react = () => pickEmoji(item.view.element, item.view.element,
    (emoji) => acts.react(item.message, emoji, true));
  const deeds = {
    "+": can.react && react,
    "e": can.edit && (() => list.edit(item.id)),
    "r": can.reply && (() => pane.answer(item.message)),
    "Delete": can.delete && (() => item.message.ephemeral ? acts.remove(item.message) : acts.askToRemove(item.message)),
  };
  return deeds[event.key] || null;
}

// The index of the message that is about a screen away.
function aScreen({items, scroller}, at, by) {
  const {top} = items[at].element.getBoundingClientRect();
  let to = at + by;
  const isNear = (item) => Math.abs(item.element.getBoundingClientRect().top - top) < scroller.clientHeight * 0.9;
  while (items[to] && isNear(items[to])) to += by;
  return to;
}
