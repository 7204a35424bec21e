// Dialogs over the whole page. Escape and a press beside them close them, and the browser gives the
// focus back.

import {h, fill} from "./dom.js";

// Open a dialog; draw(close) gives its content. home: where it stands; closed: called at its end.
// Returns a function that closes it.
export function openDialog(label, draw, {look = "", home = document.body, closed = () => {}} = {}) {
  const dialog = h("dialog", {class: `box ${look}`, "aria-label": label});
  const close = () => dialog.close();
  fill(dialog, draw(close));
  // Not before the finger is lifted: what lies below would take that for a tap. And not for a press
  // that began inside, such as one that marks text.
  let beganBeside = false;
  dialog.addEventListener("pointerdown", (event) => { beganBeside = isBeside(dialog, event); });
  dialog.addEventListener("click", (event) => { if (beganBeside && isBeside(dialog, event)) close(); });
  dialog.addEventListener("close", () => {
    dialog.remove();
    takeCaret(document.activeElement);
    closed();
  });
  home.append(dialog);
  dialog.showModal();
  return close;
}

// Chromium gives the focus back to a field, but may leave the caret in the dialog that went: what is
// typed then goes nowhere.
function takeCaret(field) {
  if (!field.matches("input, textarea")) return;
  field.blur();
  field.focus({preventScroll: true});
}

// A press on what lies around a dialog is told to the dialog itself.
function isBeside(dialog, {target, clientX: x, clientY: y}) {
  const {left, right, top, bottom} = dialog.getBoundingClientRect();
  return target === dialog && (x < left || x > right || y < top || y > bottom);
}
