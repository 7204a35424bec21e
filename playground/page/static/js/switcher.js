// Ctrl+K: go to a channel, thread or person by a few letters of the name.

import {openDialog} from "./dialog.js";
import {h, fill} from "./dom.js";
import {sign} from "./frame-head.js";
import {icon} from "./icon.js";
import {markOption, STEPS, stepped} from "./listbox.js";
import {isCategory} from "./places.js";

const MOST = 12;

export function openSwitcher(panes) {
  const pane = panes.active;
  const all = targets(pane);
  let found = all;
  let at = 0;
  const list = h("ul", {class: "switcher-list", role: "listbox", id: "switcher-list", "aria-label": "Places and people"});
  const input = h("input", {
    class: "field switcher-input", placeholder: "Where to?", role: "combobox", autofocus: true,
    "aria-label": "Go to a channel, thread or person", "aria-expanded": "true",
    "aria-controls": "switcher-list", "aria-autocomplete": "list", autocomplete: "off",
  });
  const none = h("p", {class: "hint", role: "status"}, "Nothing of that name is here.");
  let close = () => {};
  const pick = (one) => { close(); one.act(); };
  const mark = (index) => {
    at = index;
    markOption([...list.children], [input], at, {selects: true});
  };
  const draw = () => {
    none.hidden = found.length > 0;
    fill(list, found.map((one, index) => h("li", {
      class: "switcher-item", role: "option", id: `switcher-${index}`,
      onclick: () => pick(one), onmousemove: () => index !== at && mark(index),
    },
    one.sign,
    h("span", {class: "switcher-name"}, one.name),
    h("span", {class: "switcher-place"}, one.place))));
    mark(0);
  };
  input.addEventListener("input", () => {
    found = matching(all, input.value);
    draw();
  });
  input.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!found.length || !(step || event.key === "Enter")) return;
    event.preventDefault();
    if (step) mark(stepped(at, step, found.length));
    else pick(found[at]);
  });
  found = matching(all, "");
  draw();
  close = openDialog("Go to", () => [input, list, none], {look: "switcher"});
}

function targets(pane) {
  const shown = recentFirst(pane);
  // What was shown last may be gone since, or hidden from who one is now.
  const before = pane.visited.find((id) => shown.some((one) => one.id === id));
  const channels = shown.map((one) => ({
    sign: sign(one), name: one.name, fresh: one.unread, act: () => pane.go(one.id),
    here: one.id === pane.channel, before: one.id === before,
    place: (one.parent && pane.find(one.parent)?.name) ?? pane.guildOf(one.id)?.name ?? "Direct message",
  }));
  const people = pane.people.filter((one) => one.id !== pane.me?.id).map((one) => ({
    sign: icon("person"), name: one.name, fresh: 0, act: () => pane.become(one.id), place: "Be this person",
  }));
  return [...channels, ...people];
}

function recentFirst({channels, visited}) {
  const since = ({id}) => visited.includes(id) ? visited.indexOf(id) : visited.length;
  return channels.filter((one) => !isCategory(one)).sort((a, b) => since(a) - since(b));
}

// What begins with the letters goes before what only holds them; what is unread before the rest.
// Where one is stands last, and as long as nothing is typed, where one was before stands first.
function matching(all, typed) {
  const wanted = typed.trim().toLowerCase().replace(/^[#@]/, "");
  const rank = (one) => (one.here ? 8 : 0) + (one.name.toLowerCase().startsWith(wanted) ? 0 : 4)
    + (one.before && !wanted ? 0 : 2) + (one.fresh ? 0 : 1);
  return all.filter((one) => one.name.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}
