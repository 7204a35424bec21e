// What there is to choose in a select: its own options, or people, roles and channels.
// A choice is {id, label, description, emoji, mark, colour}: `mark` stands before the label.

import {emojiText} from "./components-button.js";

const USER = 5;
const ROLE = 6;
const MENTIONABLE = 7;
const CHANNEL = 8;
const MARKS = {0: "#", 2: "🔊", 4: "▾", 5: "📣", 10: "↳", 11: "↳", 12: "↳", 13: "🎙", 15: "☰"};

export function choicesOf(pane, one) {
  if (one.options) return one.options.map(option);
  const {guild} = pane;
  const people = () => pane.members.map(person);
  const roles = () => (guild?.roles ?? []).map(role);
  switch (one.type) {
    case USER: return people();
    case ROLE: return roles();
    case MENTIONABLE: return [...people(), ...roles()];
    case CHANNEL: return (guild?.channels ?? []).filter(fits(one)).map((it) => channel(guild, it));
    default: return [];
  }
}

// The ids of what is chosen before anybody chose.
export function chosenAtFirst(one) {
  if (one.options) return one.options.filter((it) => it.default).map((it) => it.value);
  return (one.default_values ?? []).map((it) => it.id);
}

// How many one must and may choose, as [least, most].
export function span(one, least = 1) {
  return [one.min_values ?? least, one.max_values ?? 1];
}

function option({value, label, description, emoji}) {
  return {id: value, label, description, emoji: emojiText(emoji)};
}

function person({id, name, bot}) {
  return {id, label: name, mark: [...name][0]?.toUpperCase() ?? "?", description: bot ? "App" : null, round: true};
}

function role({id, name, color}) {
  const colour = color ? `#${color.toString(16).padStart(6, "0")}` : null;
  return {id, label: name.startsWith("@") ? name : `@${name}`, mark: "●", colour};
}

function channel(guild, {id, name, kind, parent}) {
  const above = guild.channels.find((it) => it.id === parent);
  return {id, label: name, mark: MARKS[kind] ?? "#", description: above?.name};
}

function fits({channel_types: kinds}) {
  return ({kind}) => !kinds?.length || kinds.includes(kind);
}
