// The box in which one picks an emoji: a search field over a grid that arrows move in.

import {h, fill} from "./dom.js";
import {GROUPS} from "./emoji-table.js";
import {openPopover} from "./popover.js";

const COLUMNS = 8;

// Open the box beside an element; pick(emoji) is called with what was chosen. owner: what has the
// focus afterwards.
export function pickEmoji(anchor, owner, pick) {
  openPopover(anchor, "Pick an emoji", (close) => drawBox((emoji) => {
    close();
    pick(emoji);
  }), {look: "emoji", owner});
}

function drawBox(choose) {
  const grids = h("div", {class: "emoji-groups"});
  const name = h("p", {class: "emoji-name", "aria-hidden": "true"}, "Pick an emoji");
  const search = h("input", {
    class: "emoji-search", type: "search", placeholder: "Search", "aria-label": "Search for an emoji",
    autocomplete: "off", spellcheck: "false",
  });
  const show = () => fill(grids, drawGroups(search.value, choose));
  search.addEventListener("input", show);
  const tell = (event) => {
    const cell = event.target.closest(".emoji-cell");
    if (cell) name.textContent = `${cell.textContent} ${cell.getAttribute("aria-label")}`;
  };
  grids.addEventListener("pointerover", tell);
  grids.addEventListener("focusin", tell);
  show();
  return h("div", {class: "emoji-box", onkeydown: (event) => key(event, grids, search)}, search, grids, name);
}

function drawGroups(typed, choose) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({emoji, name}) => words.every((word) =>
    emoji === word || name.split(" ").some((one) => one.startsWith(word)));
  const seen = new Set();
  const fresh = ({emoji}) => !words.length || (!seen.has(emoji) && seen.add(emoji));
  const found = GROUPS
    .map(({title, emoji}) => ({title, emoji: emoji.filter((one) => fits(one) && fresh(one))}))
    .filter((one) => one.emoji.length);
  if (!found.length) return h("p", {class: "emoji-none", role: "status"}, `No emoji for “${typed}”.`);
  return found.map((group, at) => drawGroup(group, at === 0, choose));
}

function drawGroup({title, emoji}, isFirst, choose) {
  const cell = (one, at) => h("button", {
    class: "emoji-cell", type: "button", role: "gridcell", "aria-label": one.name,
    tabindex: isFirst && at === 0 ? "0" : "-1", onclick: () => choose(one.emoji),
  }, one.emoji);
  const rows = [];
  for (let at = 0; at < emoji.length; at += COLUMNS) {
    rows.push(h("div", {class: "emoji-row", role: "row"}, emoji.slice(at, at + COLUMNS)
      .map((one, column) => cell(one, at + column))));
  }
  return [
    h("h2", {class: "emoji-title"}, title),
    h("div", {class: "emoji-grid", role: "grid", "aria-label": title}, rows),
  ];
}

function key(event, grids, search) {
  const at = document.activeElement;
  if (event.key === "Escape") {
    event.stopPropagation();
    return; // the browser closes it
  }
  if (at === search) {
    if (event.key === "Enter") grids.querySelector(".emoji-cell")?.click();
    else if (event.key === "ArrowDown") focus(grids, grids.querySelector(".emoji-cell"));
    else return;
  } else if (at.classList.contains("emoji-cell")) {
    const to = neighbour(event.key, at, [...grids.querySelectorAll(".emoji-row")]);
    if (to === undefined) return;
    if (to === null) search.focus();
    else focus(grids, to);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

// The cell to which a key leads: null is the search field, undefined no move at all.
function neighbour(name, cell, rows) {
  const row = rows.indexOf(cell.parentElement);
  const column = [...cell.parentElement.children].indexOf(cell);
  const inRow = (index) => rows[index]?.children[Math.min(column, rows[index].children.length - 1)];
  const all = rows.flatMap((one) => [...one.children]);
  switch (name) {
    case "ArrowRight": return all[all.indexOf(cell) + 1] ?? cell;
    case "ArrowLeft": return all[all.indexOf(cell) - 1] ?? null;
    case "ArrowDown": return inRow(row + 1) ?? cell;
    case "ArrowUp": return inRow(row - 1) ?? null;
    case "Home": return all[0];
    case "End": return all.at(-1);
    default: return undefined;
  }
}

function focus(grids, cell) {
  grids.querySelector('.emoji-cell[tabindex="0"]')?.setAttribute("tabindex", "-1");
  cell.setAttribute("tabindex", "0");
  cell.focus();
}
