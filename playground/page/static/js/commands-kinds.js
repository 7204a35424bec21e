// What each kind of option takes, and how what was typed into it is read.

const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9, NUMBER = 10;
export const ATTACHMENT = 11;

const MOST_SHOWN = 25;
const CATEGORY = 4;
const LONGEST = 6000;

// Everything that can be chosen for an option, as [{label, detail, value, code}]; null if one types
// freely or the bot completes.
export function offered(pane, spec) {
  if (spec.choices?.length) return spec.choices.map((one) => ({label: one.name, value: one.value}));
  switch (spec.type) {
    case BOOLEAN: return [{label: "True", value: true}, {label: "False", value: false}];
    case USER: return people(pane);
    case ROLE: return roles(pane);
    case MENTIONABLE: return [...people(pane), ...roles(pane)];
    case CHANNEL: return channels(pane, spec.channel_types);
    default: return null;
  }
}

export function people(pane) {
  return pane.members.map((one) => ({
    label: `@${one.name}`, detail: one.bot ? "APP" : "", value: one.id, code: `<@${one.id}>`,
  }));
}

export function roles(pane) {
  const guild = pane.guild;
  return (guild?.roles ?? [])
    .filter((one) => one.id !== guild.id)
    .map((one) => ({label: `@${one.name}`, detail: "Role", value: one.id, code: `<@&${one.id}>`}));
}

export function channels(pane, kinds) {
  const all = pane.guild?.channels ?? [];
  const name = (id) => all.find((one) => one.id === id)?.name;
  return all
    .filter((one) => (kinds?.length ? kinds.includes(one.kind) : one.kind !== CATEGORY))
    .map((one) => ({
      label: `#${one.name}`, detail: name(one.parent) ?? "", value: one.id, code: `<#${one.id}>`,
    }));
}

// Whether any words may stand in an option.
function takesWords(spec) {
  return spec.type === STRING && !spec.choices?.length;
}

// Options that words may be meant for, those that nobody completes first. What takes no words may
// still be told in some, such as a number, where it is all that is left.
export function takers(specs) {
  const typed = specs.filter((one) => one.type !== ATTACHMENT);
  const all = typed.filter(takesWords);
  if (!all.length && typed.length === 1) return typed;
  return [...all.filter((one) => !one.autocomplete), ...all.filter((one) => one.autocomplete)];
}

// The one of several options that words alone are meant for; what the bot completes is rather a
// name than words. Null if that is not certain.
export function meant(specs) {
  const all = takers(specs);
  const plain = all.filter((one) => !one.autocomplete);
  const sure = plain.length ? plain : all;
  return sure.length === 1 ? sure[0] : null;
}

// Those of them that fit to what is typed: the ones that begin so first.
export function matching(items, typed) {
  const wanted = bare(typed);
  const begin = items.filter((one) => bare(one.label).startsWith(wanted));
  const hold = items.filter((one) => !begin.includes(one) && bare(one.label).includes(wanted));
  return [...begin, ...hold].slice(0, MOST_SHOWN);
}

function bare(label) {
  return label.trim().replace(/^[@#]/, "").toLowerCase();
}

// The one that is named in full, or by the code of a mention.
export function named(items, typed) {
  const text = typed.trim();
  return items.find((one) => one.code === text.replace("<@!", "<@") || String(one.value) === text)
    ?? items.find((one) => bare(one.label) === bare(text)) ?? null;
}

// Read what was typed freely: {value}, or {wrong: sentence}.
export function readText(spec, text) {
  if (spec.type === INTEGER || spec.type === NUMBER) return readNumber(spec, text.trim());
  const [least, most] = [spec.min_length ?? 0, spec.max_length ?? LONGEST];
  if (text.length < least) return {wrong: `At least ${least} characters; there are ${text.length}.`};
  if (text.length > most) return {wrong: `At most ${most} characters; there are ${text.length}.`};
  return {value: text};
}

function readNumber(spec, text) {
  const value = Number(text.replace(",", "."));
  const whole = spec.type === INTEGER;
  if (!text || !Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) {
    return {wrong: whole ? "This is a whole number." : "This is a number."};
  }
  const {min_value: least, max_value: most} = spec;
  const [low, high] = [least !== undefined && value < least, most !== undefined && value > most];
  if (!low && !high) return {value};
  if (least !== undefined && most !== undefined) return {wrong: `From ${least} to ${most}.`};
  return {wrong: low ? `At least ${least}.` : `At most ${most}.`};
}

// What a free text may be, as a hint: "1 to 10".
export function hint(spec) {
  const {min_value: least, max_value: most} = spec;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  if (least !== undefined) return `at least ${least}`;
  return most !== undefined ? `at most ${most}` : "";
}
