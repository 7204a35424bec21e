// The thread that hangs on a message, told under it.

import {h} from "./dom.js";
import {drawTime} from "./time.js";
import {icon} from "./icon.js";

export function drawThread(view, message) {
  const {thread} = message;
  if (!thread) return null;
  const count = thread.count === 1 ? "1 message" : `${thread.count} messages`;
  return h("button", {
    class: "message-thread", type: "button", "data-focus": "thread",
    onclick: () => view.pane.go(thread.id),
  },
  icon("thread"),
  h("span", {class: "message-thread-name"}, thread.name),
  h("span", {class: "message-thread-count"}, `${count} ›`),
  thread.archived
    ? h("span", {class: "message-thread-last"}, "Archived")
    : thread.last && h("span", {class: "message-thread-last"},
      thread.last.name, " ", drawTime(thread.last.at, "ago")));
}
