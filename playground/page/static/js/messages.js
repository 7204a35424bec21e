// The list of a channel's messages.

import {h, fill, swap} from "./dom.js";
import {drawMessage} from "./message.js";

export function drawMessages(pane) {
  const list = h("ol", {class: "messages", "aria-label": "Messages", tabindex: "0"});
  const item = (id) => list.querySelector(`[data-id="${id}"]`);
  const draw = (message) => h("li", {"data-id": message.id}, drawMessage(pane, message));
  const toEnd = () => { list.scrollTop = list.scrollHeight; };
  pane.on("channel", () => fill(list));
  pane.on("messages", () => { fill(list, pane.messages.map(draw)); toEnd(); });
  pane.on("message", (message, isNew) => {
    const old = item(message.id);
    if (old) swap(old, draw(message));
    else if (isNew) { list.append(draw(message)); toEnd(); }
  });
  pane.on("older", (messages) => list.prepend(...messages.map(draw)));
  pane.on("gone", (message) => item(message.id)?.remove());
  list.addEventListener("scroll", () => { if (list.scrollTop < 300) pane.loadOlder(); });
  return list;
}
