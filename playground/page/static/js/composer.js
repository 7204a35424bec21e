// Where one types: messages, and slash commands.

import {h} from "./dom.js";

export function drawComposer(pane) {
  const input = h("textarea", {class: "input", rows: 1, "aria-label": "Message"});
  input.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    const text = input.value;
    input.value = "";
    const words = text.slice(1).split(" ");
    if (text.startsWith("/")) {
      const rest = [...text.matchAll(/(\w+):"([^"]*)"/g)];
      const options = Object.fromEntries(rest.map(([, k, v]) => [k, {type: 3, value: v}]));
      await pane.interact("slash", {channel: pane.channel, command: words.slice(0, 2).join(" "), options});
    } else await pane.ask("say", {channel: pane.channel, text, reply: pane.reply?.id});
  });
  return h("form", {class: "composer", onsubmit: (event) => event.preventDefault()}, input);
}
