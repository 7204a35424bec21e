// Who is typing: telling the others that one is, and the line that says it of them.

import {h, fill} from "./dom.js";
import {drawDots} from "./dots.js";

const TELL_EVERY_MS = 8000;
const MOST_NAMES = 3;

// The line over the composer.
export function drawTyping(pane) {
  const words = h("span", {class: "typing-words"});
  const dots = drawDots();
  const line = h("p", {class: "typing", role: "status"}, dots, words);
  const draw = () => {
    const now = Date.now();
    const names = [...pane.typing.values()].filter((one) => one.until > now).map((one) => one.name);
    const text = sentence(names);
    if (words.textContent !== text) fill(words, text);
    dots.hidden = !text;
  };
  pane.on("typing", draw);
  pane.on("channel", draw);
  draw();
  return line;
}

function sentence(names) {
  if (!names.length) return "";
  if (names.length > MOST_NAMES) return "Several people are typing…";
  const last = names.at(-1);
  if (names.length === 1) return `${last} is typing…`;
  return `${names.slice(0, -1).join(", ")} and ${last} are typing…`;
}

// Returns a function that tells the others that one is typing, if they were not told just now.
export function teller(pane) {
  let told = "";
  let until = 0;
  return {
    tell() {
      const place = `${pane.me?.id}:${pane.channel}`;
      if (place === told && Date.now() < until) return;
      told = place;
      until = Date.now() + TELL_EVERY_MS;
      // Nobody misses it if it does not get through.
      pane.ask("typing", {channel: pane.channel}).catch(() => {});
    },
    // What was typed was sent; whoever goes on typing tells it anew.
    forget() {
      until = 0;
    },
  };
}
