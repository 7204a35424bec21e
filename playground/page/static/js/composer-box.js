// The composer's box: the field, and the buttons beside it.

import {h} from "./dom.js";

// `line` is the options line that takes the field's place. Returns {box, input, attach, picker, send}.
export function drawBox(line) {
  const input = h("textarea", {
    class: "composer-input", rows: 1, "aria-label": "Message", "data-focus": "composer",
    "aria-autocomplete": "list", "aria-haspopup": "listbox", autocomplete: "off",
  });
  const picker = h("input", {
    type: "file", class: "composer-picker", multiple: true, tabindex: -1, "aria-label": "Files",
  });
  const attach = h("button", {
    class: "composer-attach", type: "button", "aria-label": "Attach files", title: "Attach files",
    onclick: () => picker.click(),
  });
  const send = h("button", {
    class: "composer-send", "aria-label": "Send", title: "Send",
    onclick: () => input.focus(), // what was sent is gone from there, and then nothing is left to press
  });
  const box = h("div", {class: "composer-box", tabindex: -1}, attach, picker, input, line, send);
  return {box, input, attach, picker, send};
}

// Make the field as high as what is in it. Of what is not seen nobody knows the height.
export function fit(input) {
  input.style.height = "auto";
  if (input.scrollHeight) input.style.height = `${input.scrollHeight}px`;
}
