// What the composer says about the place and about what was sent: whether one may write here, how
// long a text is, what goes on, and what went wrong.

import {h, fill} from "./dom.js";
import {isThread} from "./places.js";

const DM = 1, FORUM = 15;
const COUNTED = 2000; // a longer text shows how long it is
const LONGEST = 4000; // a longer one goes out as a file

export function drawNotes(pane) {
  const working = h("span", {class: "composer-working", role: "status"});
  const wrong = h("span", {class: "composer-problem", role: "alert"});
  const count = h("span", {class: "composer-count"});
  return {
    root: h("div", {class: "composer-below"}, wrong, working, count),
    get place() {
      return describe(pane);
    },
    draw({length}) {
      fill(count, counted(length));
    },
    problem(sentence) {
      fill(wrong, sentence);
    },
    working(sentence) {
      fill(working, sentence);
    },
  };
}

function counted(length) {
  if (length <= COUNTED) return "";
  const [has, most] = [length, LONGEST].map((one) => one.toLocaleString());
  return length <= LONGEST ? `${has} of ${most} characters` : `${has} characters: sent as the file message.txt`;
}

// The place in words: {name, words for the empty field, writable}.
function describe(pane) {
  const channel = pane.find(pane.channel);
  if (!channel) return {name: "", words: "", writable: false};
  const name = named(channel);
  if (channel.kind === FORUM) return {name, words: "Open a post to write in it.", writable: false};
  if (channel.write) return {name, words: `Message ${name}`, writable: true};
  const why = channel.locked ? "This thread is locked." : `You may not write in ${name}.`;
  return {name, words: why, writable: false};
}

function named(channel) {
  if (channel.kind === DM) return `@${channel.name}`;
  return isThread(channel) ? `“${channel.name}”` : `#${channel.name}`;
}
