// Draws a message's embeds and files.

import {h} from "./dom.js";
import {drawText} from "./richtext.js";

export function drawEmbeds(pane, message) {
  return [
    ...message.embeds.map((one) => h("div", {class: "embed"}, drawText(pane, one.description ?? []))),
    ...message.attachments.map((one) => h("a", {href: one.url, download: one.name}, one.name)),
  ];
}
