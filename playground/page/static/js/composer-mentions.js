// Names in what is typed: "@Anna" is shown, and "<@1>" is what is sent and kept.

import {channels, matching, people, roles} from "./commands-kinds.js";

const BEGUN = /(?:^|\s)([@#])([^\s@#]*)$/;
const CODE = /<(@[!&]?|#)(\d+)>/g;

// What may be meant by the name that stands before the caret: {from, items}; null if there is none.
export function suggest(pane, before) {
  const found = before.match(BEGUN);
  if (!found) return null;
  const all = found[1] === "#" ? channels(pane) : [...people(pane), ...roles(pane)];
  const items = matching(all, found[2]);
  return items.length ? {from: before.length - found[2].length - 1, items} : null;
}

// A text as it is sent; `names` tells which names were chosen: Map of "@Anna" to "<@1>".
export function encode(text, names) {
  const known = [...names.keys()].sort((one, other) => other.length - one.length);
  if (!known.length) return text;
  const all = known.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text.replace(new RegExp(`(${all})(?![\\p{L}\\p{N}_])`, "gu"), (name) => names.get(name));
}

// A text as it is shown: [text, names].
export function decode(pane, text) {
  const names = new Map();
  const all = [...people(pane), ...roles(pane), ...channels(pane)];
  const shown = text.replace(CODE, (whole) => {
    const meant = all.find((one) => one.code === whole.replace("<@!", "<@"));
    if (!meant) return whole;
    names.set(meant.label, meant.code);
    return meant.label;
  });
  return [shown, names];
}
