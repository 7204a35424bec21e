// Editing a message where it stands: Enter saves, Escape cancels.

import {h} from "./dom.js";
import {isTouch} from "./pointer.js";

export function drawEditor(view) {
  const {message, list} = view;
  const input = h("textarea", {
    class: "message-input", rows: 1, "aria-label": "Edit message", value: message.raw,
    "data-focus": "edit",
  });
  const cancel = () => list.edit(null);
  const save = async () => {
    if (input.readOnly) return; // it is being saved
    const text = input.value.trim();
    if (text === message.raw.trim()) return cancel();
    if (!text && !message.attachments.length) return list.askToRemove(message);
    input.readOnly = true;
    if (await list.change(message, text)) cancel();
    input.readOnly = false;
  };
  const press = (label, act) => h("button", {class: "message-link", type: "button", onclick: act}, label);
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") cancel();
    else if (event.key === "Enter" && !event.shiftKey) save();
    else return;
    event.preventDefault();
  });
  return h("div", {class: "message-editor"}, input,
    h("p", {class: "message-hint"}, !isTouch() && "escape to ", press("cancel", cancel),
      isTouch() ? " · " : " · enter to ", press("save", save)));
}
