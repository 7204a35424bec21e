// The reactions under a message: a press adds or takes back one's own.

import {h} from "./dom.js";
import {emojiName} from "./emoji-table.js";
import {pickEmoji} from "./emoji.js";
import {icon} from "./icon.js";

const NAMED = 10; // how many of those who reacted are named

export function drawReactions(view, message) {
  if (!message.reactions.length) return null;
  const add = (event) => pickEmoji(event.currentTarget, view.element,
    (emoji) => view.list.react(message, emoji, true));
  return h("div", {class: "message-reactions", role: "group", "aria-label": "Reactions"},
    message.reactions.map((one) => drawOne(view, message, one)),
    message.can.react && h("button", {
      class: "message-reaction message-reaction-add", type: "button", "aria-label": "Add reaction",
      "data-focus": "reaction-add", onclick: add,
    }, icon("smile")));
}

function drawOne(view, message, one) {
  const said = `${named(one.names)} reacted with ${emojiName(one.emoji)}`;
  return h("button", {
    class: "message-reaction", type: "button", "aria-pressed": String(one.me), title: said,
    "aria-label": `${said}, ${one.count} in all`, "data-focus": `reaction-${one.key}`,
    disabled: !message.can.react && !one.me,
    onclick: () => view.list.react(message, one.key, !one.me),
  },
  h("span", {class: "message-emoji"}, one.key === one.emoji ? one.emoji : `:${one.emoji}:`),
  h("span", {class: "message-count"}, one.count));
}

function named(names) {
  const told = names.length > NAMED
    ? [...names.slice(0, NAMED), `${names.length - NAMED} others`]
    : names;
  return new Intl.ListFormat("en").format(told);
}
