// A whole command in one line: /story open title:"The Inn" premise:"A storm"
// The marks around a value may be missing, as in a command that was copied from a message; the value
// then ends where the next option begins.

const CLOSING = {'"': '"', "“": "”", "„": "“"};

// Read a line: {command, given: {name: text}}; {wrong: sentence} if something in it cannot be meant;
// null if it is no command but words.
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
  const given = {};
  let rest = text;
  if (rest && !head.test(rest)) {
    if (!names.length) return {wrong: `/${command.path} takes no options.`};
    if (!strange(rest)) rest = `${names[0]}:${rest}`; // words alone are the first option's
  }
  while (rest) {
    const found = rest.match(head);
    if (!found) return {wrong: noOption(strange(rest) ?? rest.slice(0, 20), command)};
    const [value, after] = readValue(rest.slice(found[0].length), head);
    const odd = strange(value.plain ?? "");
    if (odd) return {wrong: noOption(odd, command)};
    given[found[1].toLowerCase()] = value.text;
    rest = after;
  }
  return {command, given};
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

// Write a line that is read as the same command again.
export function writeLine(command, given) {
  const options = Object.entries(given).map(([name, text]) => ` ${name}:"${text}"`);
  return `/${command.path}${options.join("")}`;
}
