// The frame of a pane: servers and channels at the left, the channel in the middle, members at the
// right. Where a pane is narrow both sides are drawers over the middle (see css/narrow.css).

import {h, fill} from "./dom.js";
import {drawMessages} from "./messages.js";
import {drawComposer} from "./composer.js";
import {drawForms} from "./forms.js";
import {drawForum} from "./forum.js";
import {drawHead} from "./frame-head.js";
import {drawBanners} from "./frame-banners.js";
import {drawMembers} from "./people-members.js";
import {drawSidebar} from "./sidebar.js";
import {watchThreads} from "./threads.js";
import {isForum} from "./places.js";

export function drawPane(pane) {
  const root = h("section", {class: "pane", "aria-label": "View", tabindex: "-1"});
  pane.root = root; // parts ask it for drawers
  const scrim = h("div", {class: "scrim", onclick: () => openDrawer(pane, "")});
  fill(root,
    drawSidebar(pane),
    h("div", {class: "middle"}, drawHead(pane), drawBanners(pane), drawContent(pane)),
    drawMembers(pane),
    scrim,
    drawForms(pane));
  watchThreads(pane);
  watchState(pane);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !root.dataset.drawer) return;
    // What popped up over the drawer closes first.
    if (root.querySelector(":popover-open")) return;
    event.preventDefault(); // nothing else is meant
    openDrawer(pane, "");
  });
  for (const topic of ["channel", "channel-again"]) pane.on(topic, () => openDrawer(pane, ""));
  return root;
}

// Open the drawer "places" or "members", or close it with "". Where a pane is wide there is none.
export function openDrawer(pane, name) {
  const before = pane.root.dataset.drawer ?? "";
  if (before === name) return;
  pane.root.dataset.drawer = name;
  pane.tell("drawer");
  const side = pane.root.querySelector(`[data-side="${name}"]`);
  const next = name
    ? side.querySelector("[aria-current=page]") ?? side.querySelector("button")
    : pane.root.querySelector(`[data-opens="${before}"]`);
  next?.focus({preventScroll: true});
}

// What stands in the middle: messages and the composer, a forum's posts, or why there is nothing.
function drawContent(pane) {
  const talk = h("div", {class: "talk"});
  const forum = h("div", {class: "forum"});
  const nowhere = h("div", {class: "nowhere"});
  const show = () => {
    const channel = pane.find(pane.channel);
    const isPosts = channel !== null && isForum(channel);
    talk.hidden = channel === null || isPosts;
    forum.hidden = !isPosts;
    nowhere.hidden = channel !== null || !pane.me;
    if (!nowhere.hidden) fill(nowhere, drawNowhere(pane));
  };
  pane.on("channel", show);
  pane.on("places", show);
  pane.on("online", show);
  // After what was just heard, so that parts which measure themselves are in sight by then.
  fill(talk, drawMessages(pane), drawComposer(pane));
  fill(forum, drawForum(pane));
  talk.hidden = false;
  forum.hidden = nowhere.hidden = true;
  return [talk, forum, nowhere];
}

function drawNowhere(pane) {
  const guild = pane.me.guilds?.[0];
  if (pane.places.guilds.length) {
    return [h("h2", {}, "Nothing to see here"), h("p", {}, `${pane.me.name} may see no channel.`)];
  }
  const join = () => pane.attempt("join", {person: pane.me.id, guild});
  return [
    h("h2", {}, `${pane.me.name} is in no server here`),
    h("p", {}, "Whoever left sees nothing of the server any more."),
    h("button", {class: "button", onclick: join}, "Join again"),
  ];
}

function watchState(pane) {
  const root = pane.root;
  const show = () => {
    root.toggleAttribute("data-waiting", !pane.me);
    const channel = pane.find(pane.channel);
    const where = channel ? ` in ${channel.with ? "" : "#"}${channel.name}` : "";
    root.setAttribute("aria-label", pane.me ? `${pane.me.name}${where}` : "Connecting");
  };
  for (const topic of ["me", "places", "channel", "online"]) pane.on(topic, show);
  root.toggleAttribute("data-waiting", true);
}
