// The people of the bar: all whom one can be, in the pane that is active.

import {h, refill} from "./dom.js";
import {drawAvatar} from "./avatar.js";
import {icon} from "./icon.js";
import {once} from "./once.js";
import {openPersonMenu} from "./people-menu.js";
import {withKeys} from "./pointer.js";
import {openPopover, rightClicked} from "./popover.js";

const KEYS = 9; // Alt+1 … Alt+9

export function drawPeople(panes) {
  const strip = h("div", {class: "people-strip"});
  const draw = () => {
    refill(strip, panes.active.people.map((one, at) => drawPerson(panes, one, at)));
    strip.querySelector(".person-me")?.scrollIntoView({block: "nearest", inline: "nearest"});
  };
  panes.on("active", draw);
  panes.on("any", (pane, topic) => {
    if (pane === panes.active && (topic === "me" || topic === "places")) draw();
  });
  draw();
  return h("div", {class: "people", role: "group", "aria-label": "Who you are"}, strip, drawAdd(panes));
}

function drawPerson(panes, person, at) {
  const pane = panes.active;
  const isMe = person.id === pane.me?.id;
  const keys = at < KEYS ? `Alt+${at + 1}` : null;
  const be = (event) => {
    // After a press of the mouse one goes on typing; from the keyboard, from button to button.
    if (event.detail) pane.root.focus({preventScroll: true});
    pane.become(person.id);
  };
  const menu = (anchor) => openPersonMenu(panes, person.id, anchor);
  return h("div", {class: `person${isMe ? " person-me" : ""}${person.there ? "" : " person-away"}`},
    h("button", {
      class: "person-be", "aria-pressed": String(isMe), "aria-keyshortcuts": keys,
      "aria-label": describe(person), title: withKeys(`Be ${person.name}`, keys),
      "data-focus": `person-${person.id}`, onclick: be,
      oncontextmenu: rightClicked(menu),
    }, drawAvatar(person, "small"), h("span", {class: "person-name"}, person.name)),
    h("button", {
      class: "person-menu", "aria-label": `Roles and settings of ${person.name}`,
      "aria-haspopup": "dialog", title: "Roles and settings", "data-focus": `menu-${person.id}`,
      onclick: (event) => menu(event.currentTarget),
    }, icon("down")));
}

function describe(person) {
  if (!person.there) return `${person.name}, not in this server`;
  return person.owner ? `${person.name}, owner of the server` : person.name;
}

function drawAdd(panes) {
  return h("button", {
    class: "tool person-add", "aria-label": "Add a person", title: "Add a person",
    "aria-haspopup": "dialog", "data-focus": "add",
    onclick: (event) => openPopover(event.currentTarget, "Add a person",
      (close) => drawNewPerson(panes.active, close)),
  }, icon("plus"));
}

function drawNewPerson(pane, close) {
  const name = h("input", {class: "field", maxlength: 32, autocomplete: "off", "aria-label": "Name"});
  const wrong = h("p", {class: "wrong", role: "alert"});
  const add = once(wrong, async () => {
    const id = await pane.ask("add_person", {name: name.value});
    close();
    pane.become(id);
  });
  return h("form", {class: "small-form", onsubmit: add},
    h("h2", {}, "Who joins?"), name, wrong,
    h("button", {class: "button"}, "Add"));
}
