// The menu of a channel's messages, at the head of the channel.

import {h} from "./dom.js";
import {icon} from "./icon.js";
import {openMenu} from "./menu.js";

export function drawMessagesTool(pane) {
  const open = (event) => openMenu(event.currentTarget, items(pane), event.currentTarget, "Channel settings");
  return h("button", {
    class: "tool", type: "button", "aria-label": "Channel settings", title: "Channel settings",
    "aria-haspopup": "menu", "data-focus": "messages-menu", onclick: open,
  }, icon("more"));
}

function items(pane) {
  const {history} = pane;
  return [{
    label: "Show deleted messages", checked: history.showDeleted,
    act: () => history.setShowDeleted(!history.showDeleted),
  }];
}
