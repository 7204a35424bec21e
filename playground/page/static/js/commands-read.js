// A whole command in one line: /story open title:"The Inn" premise:"A storm"
// The marks around a value may be missing, as in a command that was copied from a message; the value
// then ends where the next option begins.

import {ATTACHMENT, meant} from "./commands-kinds.js";

const CLOSING = {'"': '"', "“": "”", "„": "“"};

// Read a line: {command, given: {name: text}, words}, where words are what one cannot know the option
// of; {wrong: sentence} if something in it cannot be meant; null if it is no command but words.
export function readLine(line, commands) {
  const command = commands
    .filter((one) => begins(one.path).test(line))
    .sort((one, other) => other.path.length - one.path.length)[0];
  if (!command) return misled(line, commands);
  const rest = line.replace(begins(command.path), "").trim();
  return readOptions(rest, command);
}

function begins(path) {
  return new RegExp(`^/${path.split(" ").map(escape).join("\\s+")}(?=\\s|$)`, "i");
}

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\-]/g, "\\$&");
}

// A line with the name of a group and none of its commands.
function misled(line, commands) {
  const [first, second] = line.slice(1).toLowerCase().split(/\s+/);
  const near = commands.filter((one) => one.path.startsWith(`${first} `));
  if (!near.length) return null;
  const listed = near.map((one) => `/${one.path}`).join(", ");
  return {wrong: second ? `There is no /${first} ${second}. There is: ${listed}.` : `Choose one of: ${listed}.`};
}

function readOptions(text, command) {
  const names = command.options.map((one) => one.name);
  const head = new RegExp(`^(${names.map(escape).join("|") || "(?!)"}):\\s*`, "i");
  if (text && !names.length) return {wrong: `/${command.path} takes no options.`};
  const given = {};
  let [rest, words] = [text, ""];
  while (rest) {
    const found = rest.match(head); // only the first words may stand there without a name
    const [value, after] = readValue(rest.slice(found?.[0].length ?? 0), head);
    const odd = strange(value.plain ?? "");
    if (odd) return {wrong: noOption(odd, command)};
    const name = found?.[1].toLowerCase();
    if (Object.hasOwn(given, name)) return {wrong: `${name} stands there twice.`};
    if (name) given[name] = value.text;
    else words = value.text;
    rest = after;
  }
  return {command, ...housed(words, given, command)};
}

// Words alone are what a command must be told, or else its only option for words, or its only one.
function housed(words, given, {options}) {
  const free = options.filter((one) => one.type !== ATTACHMENT && !Object.hasOwn(given, one.name));
  const spec = words && (free.find((one) => one.required) ?? meant(free));
  return spec ? {given: {...given, [spec.name]: words}, words: ""} : {given, words};
}

// A value, and what follows it. A mark inside a quotation does not end it; the one before the next
// option does.
function readValue(text, head) {
  const closing = CLOSING[text[0]];
  for (let end = 1; closing && (end = text.indexOf(closing, end)) > 0; end += 1) {
    const after = text.slice(end + 1).trim();
    if (!after || head.test(after) || /^[-\w]+:["“„]/.test(after)) return [{text: text.slice(1, end)}, after];
  }
  const next = new RegExp(`\\s(?=${head.source.slice(1)})`, "i").exec(text);
  const value = (next ? text.slice(0, next.index) : text).trim();
  return [{text: value, plain: value}, next ? text.slice(next.index).trim() : ""];
}

// What looks like an option's name with a quotation behind it: nobody writes that in a text.
function strange(text) {
  return text.match(/(?:^|\s)([-\w]+):["“„]/)?.[1] ?? null;
}

function noOption(name, command) {
  const all = command.options.map((one) => one.name).join(", ");
  return `There is no option ${name}; /${command.path} takes ${all || "none"}.`;
}

// Write a line by which people know what was told to a command. Where the marks of quotations stand in
// the words, it may be read otherwise: what is to be gone on with is kept as it is.
export function writeLine({path, given, words = ""}) {
  const options = Object.entries(given).map(([name, text]) => ` ${name}:"${text}"`);
  return `/${path}${words && ` "${words}"`}${options.join("")}`;
}

// Find what was kept as {path, given, words} among the commands of today, in the manner of a line that
// was read; null if there is no such command with all those options any more.
export function recall({path, given, words}, commands) {
  const command = commands.find((one) => one.path === path);
  const names = command?.options.map((one) => one.name);
  return names && Object.keys(given).every((one) => names.includes(one)) ? {command, given, words} : null;
}
