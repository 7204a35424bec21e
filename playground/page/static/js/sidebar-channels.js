// The channels of a server below each other, with open threads under theirs; or direct messages.

import {h} from "./dom.js";
import {drawAvatar} from "./avatar.js";
import {sign} from "./frame-head.js";
import {icon} from "./icon.js";
import {keep, kept} from "./keep.js";
import {isForum} from "./places.js";

// redraw: called when a category was folded.
export function drawChannels(pane, guild, redraw) {
  const folded = new Set(kept("folded", {forAll: true}) ?? []);
  const fold = (id) => {
    if (!folded.delete(id)) folded.add(id);
    keep("folded", [...folded], {forAll: true});
    redraw();
  };
  return pane.places.sections(guild).map(({category, channels}) => {
    const isFolded = category !== null && folded.has(category.id);
    // Folded, a category still shows where one is and what is unread.
    const shown = channels.filter((one) => !isFolded || one.unread || one.id === pane.channel);
    return [
      category && h("button", {
        class: "category", "aria-expanded": String(!isFolded), onclick: () => fold(category.id),
        "data-focus": `category-${category.id}`,
      }, h("span", {class: "category-sign", "aria-hidden": "true"}, icon("down")), category.name),
      h("ul", {class: "channel-list"}, shown.map((one) => drawEntry(pane, one))),
    ];
  });
}

function drawEntry(pane, channel) {
  const threads = pane.places.threadsOf(channel.id)
    .filter((one) => one.id === pane.channel || (!one.archived && !isForum(channel)) || one.unread);
  return h("li", {},
    drawLink(pane, channel),
    threads.length > 0 && h("ul", {class: "channel-threads", "aria-label": `Threads of ${channel.name}`},
      threads.map((one) => h("li", {}, drawLink(pane, one)))));
}

function drawLink(pane, channel, face) {
  const {unread, pings} = channel;
  const here = channel.id === pane.channel;
  return h("button", {
    class: `channel${unread && !here ? " channel-unread" : ""}`,
    "aria-current": here && "page", "data-focus": `channel-${channel.id}`,
    onclick: () => (here ? pane.tell("channel-again") : pane.go(channel.id)),
  },
  face ?? sign(channel),
  h("span", {class: "channel-name"}, channel.name),
  channel.private && h("span", {class: "channel-lock", title: "Private"}, icon("lock"),
    h("span", {class: "unseen"}, " private")),
  unread > 0 && !here && h("span", {class: "unseen"}, `, ${unread} unread`),
  pings > 0 && !here && h("span", {class: "badge", "aria-hidden": "true"}, pings));
}

export function drawDms(pane) {
  if (!pane.places.dms.length) {
    return h("p", {class: "channels-none"}, pane.me
      ? "No direct messages yet. The bot writes here what concerns one person alone." : "");
  }
  return h("ul", {class: "channel-list"}, pane.places.dms.map((one) => h("li", {},
    drawLink(pane, one, drawAvatar({id: one.with, name: one.name, bot: one.bot}, "small")))));
}
