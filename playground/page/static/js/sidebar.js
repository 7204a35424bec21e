// The left side of a pane: servers, the channels of one, and who one is.

import {h, refill} from "./dom.js";
import {initials} from "./avatar.js";
import {icon} from "./icon.js";
import {drawChannels, drawDms} from "./sidebar-channels.js";
import {drawPanel} from "./people-panel.js";

const DMS = "dms";

export function drawSidebar(pane) {
  const rail = h("nav", {class: "rail", "aria-label": "Servers"});
  const head = h("header", {class: "sidebar-head"});
  const channels = h("nav", {class: "channels", "aria-label": "Channels"});
  let shown = null; // id of the server whose channels stand here, or DMS
  const last = new Map(); // where one was last in each of them

  const pick = (place) => {
    shown = place;
    draw();
    const there = pane.find(last.get(place)) ?? beginning(pane, place);
    if (there && there.id !== pane.channel) pane.go(there.id);
  };
  const draw = () => {
    const guild = pane.places.guilds.find((one) => one.id === shown);
    refill(rail, drawRail(pane, shown, pick));
    refill(head, h("h2", {}, guild?.name ?? (pane.me ? "Direct messages" : "…")));
    refill(channels, guild ? drawChannels(pane, guild, draw) : drawDms(pane));
  };
  const follow = () => {
    const channel = pane.find(pane.channel);
    if (channel) {
      shown = pane.guildOf(channel.id)?.id ?? DMS;
      last.set(shown, channel.id);
    } else if (shown !== DMS && !pane.places.guilds.some((one) => one.id === shown)) {
      shown = pane.places.guilds[0]?.id ?? DMS;
    }
    draw();
  };
  pane.on("channel", follow);
  pane.on("places", follow);
  pane.on("unread", draw);
  draw();
  return h("div", {class: "side side-places", "data-side": "places"},
    rail,
    h("div", {class: "sidebar"}, head, channels, drawPanel(pane)));
}

function beginning(pane, place) {
  if (place === DMS) return pane.places.dms[0] ?? null;
  const guild = pane.places.guilds.find((one) => one.id === place);
  return guild ? pane.places.sections(guild)[0]?.channels[0] ?? null : null;
}

function drawRail(pane, shown, pick) {
  const mail = railButton({
    id: DMS, name: "Direct messages", face: icon("mail"), shown, pick, ...pane.places.sum(pane.places.dms),
  });
  const servers = pane.places.guilds.map((one) => railButton({
    id: one.id, name: one.name, face: initials(one.name), shown, pick,
    ...pane.places.sum(one.channels),
  }));
  return [mail, h("div", {class: "rail-line"}), servers];
}

function railButton({id, name, face, shown, pick, unread, pings}) {
  const told = unread ? `${name}, ${unread} unread` : name;
  return h("div", {class: "rail-place"},
    h("span", {class: `rail-pill${unread ? " rail-pill-unread" : ""}`, "aria-hidden": "true"}),
    h("button", {
      class: "rail-button", "aria-label": told, title: name, "data-focus": `rail-${id}`,
      "aria-current": id === shown && "true", onclick: () => pick(id),
    }, face),
    pings > 0 && h("span", {class: "badge rail-badge", "aria-hidden": "true"}, pings));
}
