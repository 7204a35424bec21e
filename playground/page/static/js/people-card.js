// The card of somebody: who they are, their roles, and what the bot offers to do with them.

import {h, fill} from "./dom.js";
import {drawAvatar, drawBadge} from "./avatar.js";
import {once} from "./once.js";
import {openPersonMenu} from "./people-menu.js";
import {openPopover, rightClicked} from "./popover.js";

const USER_MENU = 2;

// What has somebody's card opened by a press, or by a click with the right button.
export function opensCard(pane, id) {
  const open = (anchor) => openCard(pane, id, anchor);
  return {onclick: (event) => open(event.currentTarget), oncontextmenu: rightClicked(open, {byTouch: false})};
}

function openCard(pane, id, anchor) {
  const guild = pane.guild;
  const member = guild?.members.find((one) => one.id === id);
  const person = member ?? pane.people.find((one) => one.id === id);
  if (!person) return;
  const menus = h("div", {class: "menu"});
  const wrong = h("p", {class: "wrong", role: "alert"});
  const close = openPopover(anchor, person.name, () => h("div", {class: "person-card"},
    h("header", {class: "person-card-head"}, drawAvatar(person, "large"),
      h("h2", {}, person.name, person.bot && [" ", drawBadge()])),
    drawRoles(guild, person),
    drawActs(pane, person, anchor, {close: () => close(), wrong}),
    menus, wrong), {beside: anchor.closest(".side-members") !== null});
  offer(pane, person, menus, {close, wrong});
}

function drawRoles(guild, person) {
  const roles = (guild?.roles ?? []).filter((one) => person.roles.includes(one.id));
  if (!roles.length) return null;
  return h("div", {class: "person-choices"}, h("h3", {}, "Roles"),
    h("ul", {class: "roles"}, roles.map((one) => h("li", {class: "role"}, one.name))));
}

function drawActs(pane, person, anchor, {close, wrong}) {
  const write = once(wrong, async () => {
    const channel = await pane.ask("dm", {person: person.id});
    close();
    await pane.go(channel);
  });
  const canBe = pane.people.some((one) => one.id === person.id);
  return [
    person.id !== pane.me.id && h("button", {class: "button", onclick: write}, "Message"),
    canBe && h("button", {class: "button button-plain",
      onclick: () => { close(); openPersonMenu(pane.panes, person.id, anchor); }}, "Roles and settings"),
  ];
}

// The bot's menus for people, once they are told.
async function offer(pane, person, menus, {close, wrong}) {
  const {channel} = pane;
  const use = (name) => once(wrong, async () => {
    await pane.interact("menu_on", {channel, person: person.id, name});
    close();
  });
  const found = await pane.ask("commands", {channel}).catch(() => []);
  fill(menus, found.filter((one) => one.type === USER_MENU).map((one) =>
    h("button", {class: "menu-item", onclick: use(one.name)}, one.name)));
}
