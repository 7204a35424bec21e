// Draws a message's components: rows, buttons, selects, and those of version 2.

import {h} from "./dom.js";
import {drawText} from "./richtext.js";

export function drawComponents(pane, message) {
  return message.components.map((one) => drawComponent(pane, message, one));
}

function drawComponent(pane, message, one) {
  if (one.type === 2) {
    const press = () => pane.interact("press",
      {channel: message.channel, message: message.id, id: one.custom_id});
    return h("button", {onclick: press, disabled: one.disabled, "data-focus": one.custom_id},
      one.emoji?.name, one.label);
  }
  if (one.type === 10) return h("p", {}, drawText(pane, one.text));
  return h("div", {}, (one.components ?? []).map((part) => drawComponent(pane, message, part)));
}
