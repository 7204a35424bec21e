// The frame of a pane: servers and channels at the left, the channel in the middle.

import {h, fill} from "./dom.js";
import {drawMessages} from "./messages.js";
import {drawComposer} from "./composer.js";
import {drawForms} from "./forms.js";
import {drawPeople} from "./people.js";

export function drawPane(pane) {
  const channels = h("nav", {class: "channels", "aria-label": "Channels"});
  const title = h("h1", {class: "title"});
  pane.on("places", () => fill(channels, pane.channels.map((one) => link(pane, one))));
  pane.on("channel", () => fill(title, "# ", pane.find(pane.channel)?.name));
  return h("section", {class: "pane"},
    channels,
    h("main", {class: "middle"},
      h("header", {}, title),
      drawMessages(pane),
      drawComposer(pane)),
    drawPeople(pane),
    drawForms(pane));
}

function link(pane, channel) {
  return h("button", {
    class: "channel", onclick: () => pane.go(channel.id),
    "aria-current": channel.id === pane.channel && "page",
  }, channel.name);
}
