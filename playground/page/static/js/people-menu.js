// What can be changed about a person: roles, direct messages, being in the server at all.

import {h, fill, refill} from "./dom.js";
import {drawAvatar} from "./avatar.js";
import {openPopover} from "./popover.js";

export function openPersonMenu(panes, id, anchor) {
  const pane = panes.active;
  const find = () => pane.people.find((one) => one.id === id);
  const body = h("div", {class: "person-card"});
  const wrong = h("p", {class: "wrong", role: "alert"});
  let close = () => {};
  const act = async (name, asked) => {
    try {
      fill(wrong);
      await pane.ask(name, {person: id, ...asked});
    } catch (error) {
      fill(wrong, error.message);
      draw();
    }
  };
  const draw = () => {
    const person = find();
    if (!person) return;
    refill(body, drawHead(person), drawBe(pane, person, () => close()),
      drawRoles(pane, person, act), drawMail(person, act),
      drawPresence(pane, person, act), wrong);
  };
  draw();
  const off = pane.on("places", () => (body.isConnected ? draw() : off()));
  close = openPopover(anchor, find().name, () => body);
}

function drawHead(person) {
  return h("header", {class: "person-card-head"}, drawAvatar(person, "large"),
    h("h2", {}, person.name));
}

function drawBe(pane, person, close) {
  if (person.id === pane.me?.id) return null;
  const be = () => { close(); pane.become(person.id); };
  return h("button", {class: "button", onclick: be, "data-focus": "be"}, `Be ${person.name}`);
}

function guildOf(pane) {
  return pane.guild ?? pane.places.guilds[0] ?? null;
}

function drawRoles(pane, person, act) {
  const guild = guildOf(pane);
  const member = guild?.members.find((one) => one.id === person.id);
  const roles = (guild?.roles ?? []).filter((one) => !one.managed && one.id !== guild.id);
  if (!member || !roles.length) return null;
  const change = (role, on) => act("set_roles", {
    guild: guild.id,
    roles: [...member.roles.filter((one) => one !== role.id), ...on ? [role.id] : []],
  });
  return h("fieldset", {class: "person-choices"}, h("legend", {}, `Roles in ${guild.name}`),
    roles.map((role) => drawCheck(`role-${role.id}`, role.name, member.roles.includes(role.id),
      (on) => change(role, on))));
}

function drawMail(person, act) {
  return h("fieldset", {class: "person-choices"}, h("legend", {}, "Direct messages"),
    drawCheck("dms", "The bot may write to them", person.dms_open, (on) => act("set_dms", {open: on})));
}

function drawCheck(key, text, checked, change) {
  return h("label", {class: "choice"}, h("input", {
    type: "checkbox", checked, "data-focus": key, onchange: (event) => change(event.target.checked),
  }), text);
}

function drawPresence(pane, person, act) {
  if (person.owner) return h("p", {class: "hint"}, "Owns the server and may do everything in it.");
  const guild = guildOf(pane);
  const isIn = guild ? guild.members.some((one) => one.id === person.id) : person.there;
  const go = (name) => () => act(name, {guild: guild?.id});
  return isIn
    ? h("button", {class: "button button-leave", "data-focus": "leave", onclick: go("leave")},
      "Leave the server")
    : h("button", {class: "button", "data-focus": "join", onclick: go("join")},
      "Join the server again");
}
