// Keys that work everywhere on the page. frame-help.js tells them.

import {openHelp} from "./frame-help.js";
import {openSwitcher} from "./switcher.js";
import {isCategory} from "./places.js";

const FIELD = "input, textarea, select, [contenteditable]";
const OWN_LETTERS = "[popover], [role=menu], [role=listbox]"; // they search by what is typed

export function listenToKeys(panes) {
  addEventListener("keydown", (event) => {
    const pane = panes.active;
    if (event.isComposing || event.defaultPrevented || isAsked(pane)) return;
    const act = meant(event, panes);
    if (act) {
      event.preventDefault();
      act();
    } else if (isWord(event, pane)) pane.tell("write"); // the letter follows the focus
  });
}

// Whether a dialog wants to be answered first: one over the whole page, or a form in this pane.
function isAsked(pane) {
  return document.querySelector("dialog:modal") !== null || pane.root.querySelector("dialog[open]") !== null;
}

// Whether somebody begins to type where nothing takes it. Space presses and scrolls.
function isWord({key, target, ctrlKey, altKey, metaKey}, pane) {
  const isLetter = key.length === 1 && key !== " " && !ctrlKey && !altKey && !metaKey;
  return isLetter && !pane.root.dataset.drawer && !target.closest?.(`${FIELD}, ${OWN_LETTERS}`);
}

function meant(event, panes) {
  const pane = panes.active;
  const isTyping = event.target.closest?.(FIELD);
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    return () => openSwitcher(panes);
  }
  if (event.key === "?" && !isTyping) return openHelp;
  if (event.key === "/" && (event.ctrlKey || event.metaKey)) return openHelp;
  if (event.key === "Escape" && !document.querySelector(":popover-open")) return () => toPresent(pane);
  if (!event.altKey || event.ctrlKey || event.metaKey) return null;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (digit) return () => becomeNumber(pane, Number(digit));
  if (event.code === "KeyS") return () => panes.toggleSplit();
  if (event.code === "KeyB") return () => panes.backstage.toggle();
  if (event.key === "ArrowUp") return () => step(pane, -1, event.shiftKey);
  if (event.key === "ArrowDown") return () => step(pane, 1, event.shiftKey);
  return null;
}

function toPresent(pane) {
  pane.tell("present");
  pane.tell("write");
}

function becomeNumber(pane, number) {
  const person = pane.people[number - 1];
  if (person) pane.become(person.id);
}

// To the channel above or below; with Shift to the next one in which something is unread.
function step(pane, by, isUnread) {
  const all = inOrder(pane);
  const at = all.findIndex((one) => one.id === pane.channel);
  for (let n = 1; n <= all.length; n += 1) {
    const one = all[(at + by * n + all.length * 2) % all.length];
    if (one.id !== pane.channel && (!isUnread || one.unread)) {
      pane.go(one.id);
      return;
    }
  }
}

// Channels and open threads as they stand below each other.
function inOrder(pane) {
  const guild = pane.guild;
  if (!guild) return pane.places.dms;
  return pane.places.sections(guild).flatMap(({channels}) => channels).flatMap((one) => [
    one, ...pane.places.threadsOf(one.id).filter((thread) => !thread.archived),
  ]).filter((one) => !isCategory(one));
}
