// Slash commands as a flat list of paths, and which of them fit to what is typed.

const SLASH = 1;
const DEEPEST = 2; // options up to this type are subcommands and groups of them
const NOTHING = "…"; // what libraries put where a description is missing

// Every command that can be used: [{path: "story open", description, options: [spec]}].
export function flatten(bodies) {
  return bodies.filter((one) => (one.type ?? SLASH) === SLASH).flatMap((one) => leaves(one, one.name));
}

function leaves(body, path) {
  const options = body.options ?? [];
  const inner = options.filter((one) => one.type <= DEEPEST);
  if (inner.length) return inner.flatMap((one) => leaves(one, `${path} ${one.name}`));
  return [{path, description: body.description, options}];
}

// What a command or an option says of itself.
export function about(spec) {
  return spec.description === NOTHING ? "" : spec.description;
}

// The commands that may be meant, best first. Of equally good ones the order is the bot's.
export function fitting(commands, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .map((command) => ({command, rank: rank(command, words)}))
    .filter((one) => one.rank !== null)
    .sort((one, other) => one.rank - other.rank)
    .map((one) => one.command);
}

// How far from what is typed a command is: 0 is nearest, null is too far.
function rank({path, description}, words) {
  const whole = words.join(" ");
  const told = description.toLowerCase();
  if (path.startsWith(whole)) return 0;
  if (beginInOrder(path.split(" "), words)) return 1;
  if (words.every((one) => holds(path, one))) return 2;
  if (words.every((one) => holds(path, one) || holds(told, one))) return 3;
  return words.length === 1 && whole.length > 1 && scattered(path, whole) ? 4 : null;
}

// Whether each typed word begins a word of the path, none twice and in the same order.
function beginInOrder(parts, words) {
  let at = 0;
  return words.every((word) => {
    while (at < parts.length && !parts[at].startsWith(word)) at += 1;
    return at++ < parts.length;
  });
}

// Few letters stand in almost every text, so they must begin a word of it.
function holds(text, letters) {
  return letters.length > 2 ? text.includes(letters) : text.split(/\W+/).some((one) => one.startsWith(letters));
}

function scattered(path, letters) {
  let at = -1;
  return [...letters].every((one) => {
    at = path.indexOf(one, at + 1);
    return at >= 0;
  });
}
