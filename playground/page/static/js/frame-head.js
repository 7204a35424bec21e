// The head of the middle: which channel this is, its threads, and what opens the sides.

import {h, refill} from "./dom.js";
import {drawAvatar} from "./avatar.js";
import {openDrawer} from "./frame.js";
import {icon} from "./icon.js";
import {keep, kept} from "./keep.js";
import {drawMessagesTool} from "./messages-menu.js";
import {isDm, isForum, isThread} from "./places.js";
import {withKeys} from "./pointer.js";
import {openThreads} from "./threads.js";

// The sign before a channel's name.
export function sign(channel) {
  if (isDm(channel)) return icon("at");
  if (isThread(channel)) return icon("thread");
  return icon(isForum(channel) ? "forum" : "hash");
}

export function drawHead(pane) {
  const places = h("button", {
    class: "tool tool-places", "aria-label": "Servers and channels", "data-opens": "places",
    onclick: () => openDrawer(pane, "places"),
  }, icon("menu"));
  const title = h("div", {class: "head-title"});
  const tools = h("div", {class: "head-tools"});
  const draw = () => {
    refill(title, drawTitle(pane));
    refill(tools, drawMe(pane), drawTools(pane));
  };
  for (const topic of ["me", "channel", "places", "unread"]) pane.on(topic, draw);
  pane.panes.on("panes", draw, {signal: pane.life});
  draw();
  return h("header", {class: "head"}, places, title, tools);
}

function drawTitle(pane) {
  const channel = pane.find(pane.channel);
  if (!channel) return h("h1", {class: "head-name"}, pane.me ? "" : "…");
  const parent = isThread(channel) ? pane.find(channel.parent) : null;
  return [
    parent && [h("button", {class: "head-parent", "data-focus": "parent", onclick: () => pane.go(parent.id)},
      sign(parent), parent.name),
    h("span", {class: "head-step", "aria-hidden": "true"}, "›")],
    sign(channel),
    h("h1", {class: "head-name"}, channel.name),
    channel.archived && h("span", {class: "mark"}, channel.locked ? "Locked" : "Archived"),
    channel.topic && h("p", {class: "head-topic", title: channel.topic}, channel.topic),
  ];
}

// Beside another pane one sees here whose this one is.
function drawMe(pane) {
  if (!pane.panes.isSplit || !pane.me) return null;
  return h("span", {class: "head-me", "aria-hidden": "true"},
    drawAvatar(pane.me, "small"), h("span", {class: "head-me-name"}, pane.me.name));
}

function drawTools(pane) {
  const channel = pane.find(pane.channel);
  const guild = pane.guild;
  const threads = channel && guild && !isThread(channel) && !isForum(channel);
  const count = threads ? pane.places.threadsOf(channel.id).filter((one) => !one.archived).length : 0;
  return [
    channel?.archived === false && channel.manages && h("button", {
      class: "tool", "data-focus": "archive", "aria-label": "Archive this thread", title: "Archive this thread",
      onclick: () => pane.attempt("archive", {channel: channel.id, on: true}),
    }, icon("archive")),
    threads && h("button", {
      class: "tool", "data-focus": "threads", "aria-label": count ? `Threads, ${count} open` : "Threads", title: "Threads",
      "aria-haspopup": "dialog", onclick: (event) => openThreads(pane, event.currentTarget),
    }, icon("thread"), count > 0 && h("span", {class: "tool-count", "aria-hidden": "true"}, count)),
    channel && !isForum(channel) && drawMessagesTool(pane),
    guild && drawMembersTool(pane),
    pane.panes.isSplit && drawClose(pane),
  ];
}

// The key closes the last view, so that its button alone tells of it.
function drawClose(pane) {
  const keys = pane === pane.panes.list.at(-1) ? "Alt+S" : null;
  return h("button", {
    class: "tool", "data-focus": "close", "aria-label": "Close this view", title: withKeys("Close this view", keys),
    "aria-keyshortcuts": keys, onclick: () => pane.panes.shut(pane),
  }, icon("close"));
}

// Members are a column where there is room for one, else a drawer.
function drawMembersTool(pane) {
  const side = pane.root.querySelector("[data-side=members]");
  const press = () => {
    if (getComputedStyle(side).position === "absolute") {
      openDrawer(pane, pane.root.dataset.drawer === "members" ? "" : "members");
      return;
    }
    const off = !pane.root.hasAttribute("data-members-off");
    pane.root.toggleAttribute("data-members-off", off);
    keep("members-off", off, {forAll: true});
  };
  pane.root.toggleAttribute("data-members-off", kept("members-off", {forAll: true}) === true);
  return h("button", {
    class: "tool", "aria-label": "Members", title: "Members", "data-opens": "members", "data-focus": "members", onclick: press,
  }, icon("people"));
}
