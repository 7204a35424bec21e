// One message: its head, text, embeds, components, files and reactions.

import {h} from "./dom.js";
import {drawText} from "./richtext.js";
import {drawEmbeds} from "./embeds.js";
import {drawComponents} from "./components.js";

export function drawMessage(pane, message) {
  return h("article", {class: "message"},
    h("b", {}, message.author.name), " ",
    message.ephemeral && h("small", {}, "Only you can see this"),
    h("div", {class: "text"}, drawText(pane, message.text)),
    drawEmbeds(pane, message),
    drawComponents(pane, message));
}
