// The picture of somebody, or their initials on a colour that is always theirs.

import {h} from "./dom.js";

const COLOURS = 7; // of people; the bot has one of its own
const known = new Map(); // id of a person → number, in the order in which they came

// Give people whom one can be colours that differ as far as there are so many.
export function knowFaces(ids) {
  const inOrder = [...ids].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  inOrder.forEach((id, at) => known.set(id, at));
}

// who: {id, name, avatar?, bot?, webhook?}; size: "small", "usual" or "large"
export function drawAvatar(who, size = "usual") {
  const look = `avatar avatar-${size} avatar-colour-${colour(who)}`;
  if (who.avatar) return h("img", {class: look, src: who.avatar, alt: "", draggable: "false"});
  return h("span", {class: look, "aria-hidden": "true"}, initials(who.name));
}

// The sign of what is no person: the bot, and the characters that it posts as.
export function drawBadge() {
  return h("span", {class: "app-badge"}, "APP");
}

export function initials(name) {
  const words = name.replace(/^(the|a|an)\s+/i, "").split(/[\s_-]+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "?";
}

function colour({id, name, bot, webhook}) {
  if (webhook) return 1 + byName(name) % COLOURS; // one webhook speaks for many
  return bot ? 0 : 1 + byId(id) % COLOURS;
}

// Ids count milliseconds in their upper bits and within one in their lower: both make a difference.
function byId(id) {
  const number = BigInt(id);
  return known.get(id) ?? Number((number >> 22n) % 7n + (number & 0xfffn));
}

function byName(name) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 0);
}
