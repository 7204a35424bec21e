// What is hidden until one wants to see it.

import {h} from "./dom.js";
import {SPOILER} from "./veil.js";

// A hidden piece of text. It may hold links and blocks, so it cannot be a button element; while it
// is hidden, nothing inside is seen, read out or reached by keyboard (css/rich.css).
export function drawSpoiler(inner, block) {
  const spoiler = h(block ? "div" : "span", {
    class: "spoiler", role: "button", tabindex: "0", "aria-label": SPOILER,
  }, h(block ? "div" : "span", {class: "spoiler-body"}, inner));
  return opening(spoiler, () => {
    spoiler.classList.add("spoiler-shown");
    spoiler.removeAttribute("role");
    spoiler.removeAttribute("aria-label");
    spoiler.tabIndex = -1;
  });
}

// Open once, by a click or by the keys of a button.
function opening(element, open) {
  let closed = true;
  const act = (event) => {
    if (!closed || (event.type === "keydown" && ![" ", "Enter"].includes(event.key))) return;
    closed = false;
    event.preventDefault();
    event.stopPropagation();
    open();
  };
  element.addEventListener("click", act);
  element.addEventListener("keydown", act);
  return element;
}
