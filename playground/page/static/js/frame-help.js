// The list of keys, and how one plays several people at once.

import {openDialog} from "./dialog.js";
import {h} from "./dom.js";
import {icon} from "./icon.js";
import {isTouch} from "./pointer.js";

const KEYS = [
  ["Alt+1 … Alt+9", "Be the first, second, … person"],
  ["Alt+S", "Two views side by side, or one again"],
  ["Alt+B", "Backstage: what the model was asked, ballots' logs, the bot"],
  ["Ctrl+K", "Go to a channel, thread or person"],
  ["Alt+↑ Alt+↓", "The channel above or below"],
  ["Alt+Shift+↑ Alt+Shift+↓", "The next channel with something unread"],
  ["/", "At the beginning of a message: the bot's commands"],
  ["Enter", "Send; Shift+Enter begins a new line"],
  ["↑", "In an empty message: edit the last one"],
  ["Shift+Tab", "From the message box to the messages"],
  ["↑ ↓", "On a message: the one above or below"],
  ["Enter", "On a message: its menu"],
  ["Esc", "Close what popped up, stop replying, or go to the newest message"],
  ["Ctrl+/ ?", "This list"],
];

export function openHelp() {
  openDialog("How to play", draw, {look: "help"});
}

function draw(close) {
  return [
    h("header", {class: "help-head"},
      h("h2", {}, "How to play"),
      h("button", {class: "tool", "aria-label": "Close", onclick: close}, icon("close"))),
    h("p", {}, "You play everybody here. Choose above who you are now; what only one person may see is shown to nobody else. In two views side by side you are two people at once."),
    !isTouch() && h("table", {class: "help-keys"}, h("tbody", {}, KEYS.map(([keys, told]) =>
      h("tr", {}, h("th", {scope: "row"}, drawKeys(keys)), h("td", {}, told))))),
  ];
}

function drawKeys(keys) {
  return keys.split(" ").map((one) => one === "…" ? " … " : [h("kbd", {}, one), " "]);
}
