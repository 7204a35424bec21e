// What stands above the oldest message and below the newest: the channel's beginning, what is on
// its way, and what went wrong.

import {h} from "./dom.js";
import {isDm, isThread} from "./places.js";

export function drawBeginning(list) {
  const {history, pane} = list;
  if (history.state !== "here") return [];
  if (history.more) return [drawWaiting("Loading older messages…")];
  const channel = pane.find(pane.channel);
  if (!channel) return [];
  return [h("header", {class: "messages-beginning"}, words(channel, pane))];
}

function words(channel, pane) {
  const {name} = channel;
  if (isDm(channel)) {
    return [
      h("h2", {}, name),
      h("p", {}, `This is the beginning of what ${pane.me.name} and ${name} wrote to each other.`),
    ];
  }
  if (isThread(channel)) {
    const parent = pane.find(channel.parent);
    return [h("h2", {}, name), h("p", {}, parent ? `A thread of #${parent.name}.` : "A thread.")];
  }
  return [
    h("h2", {}, `Welcome to #${name}`),
    h("p", {}, `This is the start of the #${name} channel. `, channel.topic),
  ];
}

export function drawState(list) {
  const {history} = list;
  if (history.state === "failed") {
    return [h("div", {class: "messages-failed", role: "alert"},
      h("p", {}, history.error),
      h("button", {class: "button", type: "button", onclick: () => history.open()}, "Try again"))];
  }
  if (history.state === "loading") return [drawWaiting("Loading messages…")];
  return history.newer ? [drawWaiting("Loading newer messages…")] : [];
}

// Grey lines where messages will be.
function drawWaiting(words) {
  return h("div", {class: "messages-waiting"},
    h("span", {class: "unseen"}, words),
    [0, 1, 2].map(() => h("div", {class: "messages-ghost", "aria-hidden": "true"})));
}
