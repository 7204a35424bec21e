// The threads of a channel: the list at its head, and how one opens a new one.

import {openDialog} from "./dialog.js";
import {h} from "./dom.js";
import {icon} from "./icon.js";
import {once} from "./once.js";
import {openPopover} from "./popover.js";
import {drawTime} from "./time.js";

export function openThreads(pane, anchor) {
  const close = openPopover(anchor, "Threads", () => {
    const threads = pane.places.threadsOf(pane.channel);
    const group = (name, found) => found.length > 0 && [
      h("h3", {}, name),
      h("ul", {class: "threads"}, found.map((one) => h("li", {}, h("button", {
        class: `thread-link${one.unread ? " thread-unread" : ""}`,
        onclick: () => { close(); pane.go(one.id); },
      },
      h("span", {class: "thread-name"}, one.private && icon("lock"), one.name),
      h("span", {class: "thread-facts"}, `${one.count} ${one.count === 1 ? "message" : "messages"} · `,
        drawTime(one.active, "ago")))))),
    ];
    return h("div", {class: "threads-box"},
      h("header", {class: "threads-head"}, h("h2", {}, "Threads"),
        pane.find(pane.channel)?.threads && h("button", {
          class: "button", onclick: () => { close(); pane.tell("thread", null); },
        }, "Create")),
      threads.length ? null : h("p", {class: "hint"}, "There are no threads here yet."),
      group("Open", threads.filter((one) => !one.archived)),
      group("Archived", threads.filter((one) => one.archived)));
  });
}

// Ask for a name whenever somebody wants to open a thread, on a message or without one.
export function watchThreads(pane) {
  pane.on("thread", (message) => openDialog("Create a thread",
    (close) => drawNew(pane, message, close), {home: pane.root}));
}

function drawNew(pane, message, close) {
  const {channel} = pane;
  const name = h("input", {class: "field", maxlength: 100, "aria-label": "Thread name",
    placeholder: "New thread", autofocus: true});
  const wrong = h("p", {class: "wrong", role: "alert"});
  const send = once(wrong, async () => {
    const id = await pane.ask("thread", {channel, message: message?.id ?? null, name: name.value});
    close();
    await pane.go(id);
  });
  return h("form", {class: "small-form", onsubmit: send},
    h("h2", {}, "Create a thread"),
    message && h("p", {class: "hint"}, `On ${message.author.name}'s message`),
    name, wrong,
    h("div", {class: "post-send"}, h("button", {class: "button"}, "Create thread"),
      h("button", {class: "button button-plain", type: "button", onclick: close}, "Cancel")));
}
