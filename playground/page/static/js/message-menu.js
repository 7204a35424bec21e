// The menu of a message: what one can do with it, and what the bot offers to do with it.

import {openMenu} from "./menu.js";
import {pickEmoji} from "./emoji.js";

const MESSAGE_MENU = 3;

// where: {x, y} or the element below which it opens; target: what was pressed, if that matters
export async function openMessageMenu(list, item, where, target = null) {
  if (list.pane.root.querySelector(".menu-pop")) return; // a key may ask twice
  const apps = await offered(list, item.message);
  if (!item.element.isConnected) return;
  openMenu(where, [
    ...ofTarget(list, item, target), ...deeds(list, item), ...apps, ...copies(list, item), ...removal(list, item),
  ].filter((one, at, all) => one || (at > 0 && all[at - 1])), item.view.element);
}

// A link or a selection has its own entries, since the browser's menu does not open here.
function ofTarget(list, {message}, target) {
  const link = target?.closest?.("a[href]");
  const selected = String(getSelection());
  return [
    link && {label: "Copy link", act: () => list.acts.copy(message, link.href)},
    selected.trim() && {label: "Copy selection", act: () => list.acts.copy(message, selected)},
    null,
  ].filter((one, at, all) => one || (one === null && (all[0] || all[1])));
}

function deeds(list, item) {
  const {message} = item;
  const {can} = message;
  const {pane, acts} = list;
  const react = () => pickEmoji(item.view.element, item.view.element,
    (emoji) => acts.react(message, emoji, true));
  return [
    can.react && {label: "Add reaction", keys: "+", act: react},
    can.edit && {label: "Edit message", keys: "e", act: () => list.edit(message.id)},
    can.reply && {label: "Reply", keys: "r", act: () => pane.answer(message)},
    can.thread && {label: "Create thread", act: () => pane.tell("thread", message)},
    message.thread && {label: "Go to thread", act: () => pane.go(message.thread.id)},
  ].filter(Boolean);
}

// The bot's menus for messages; they are asked for each time, since they may have changed.
async function offered({pane, acts}, message) {
  if (message.deleted || message.system) return [];
  const found = await pane.ask("commands", {channel: message.channel}).catch(() => []);
  const items = found.filter((one) => one.type === MESSAGE_MENU)
    .map(({name}) => ({label: name, act: () => acts.use(message, name)}));
  return items.length ? [{label: "Apps", items}] : [];
}

function copies({acts}, {message}) {
  return [
    null,
    message.raw && {label: "Copy text", act: () => acts.copy(message, message.raw)},
    !message.ephemeral && {label: "Copy message link", act: () => acts.copy(message, message.jump)},
    {label: "Copy ID", act: () => acts.copy(message, message.id)},
  ].filter((one) => one === null || one);
}

function removal({acts}, {message}) {
  if (!message.can.delete) return [];
  if (message.ephemeral) return [null, {label: "Dismiss message", act: () => acts.remove(message)}];
  return [null, {
    label: "Delete message", danger: true, keys: "Del", act: () => acts.askToRemove(message),
  }];
}
