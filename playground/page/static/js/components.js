// Draws a message's components: rows, buttons, selects, and the cards of version 2.

import {h} from "./dom.js";
import {drawText} from "./richtext.js";
import {drawButton} from "./components-button.js";
import {drawFile, drawGallery, drawThumbnail} from "./components-media.js";
import {drawSelect} from "./components-select.js";
import {memoryOf, showState} from "./components-state.js";
import {veil} from "./veil.js";

const DRAW = {
  1: drawRow,
  2: drawButton,
  3: drawSelect,
  5: drawSelect,
  6: drawSelect,
  7: drawSelect,
  8: drawSelect,
  9: drawSection,
  10: (at, one) => h("div", {class: "component-text"}, drawText(at.pane, one.text)),
  11: drawThumbnail,
  12: drawGallery,
  13: drawFile,
  14: drawSeparator,
  17: drawContainer,
};

const LETTERS = 2;

export function drawComponents(pane, message) {
  const memory = memoryOf(pane, message);
  if (!message.components.length && memory.failure === null) return null;
  const at = {pane, message, memory};
  const element = h("div", {class: "components", "data-components": message.id},
    drawAll(at, message.components),
    h("p", {class: "component-failure", role: "alert"}));
  showState(element, memory);
  return element;
}

function drawAll(at, components) {
  return components.map((one) => DRAW[one.type]?.(at, one));
}

// Buttons that bear words, and not a letter or sign each, fill their lines where few fit (css/narrow.css).
function drawRow(at, one) {
  const isWords = one.components.some(({label}) => label?.length > LETTERS);
  return h("div", {class: `component-row ${isWords ? "is-words" : ""}`}, drawAll(at, one.components));
}

function drawSection(at, one) {
  return h("div", {class: "component-section"},
    h("div", {class: "component-section-text"}, drawAll(at, one.components)),
    h("div", {class: "component-accessory"}, drawAll(at, [one.accessory])));
}

function drawSeparator(_at, one) {
  const line = one.divider ?? true;
  return h(line ? "hr" : "div", {
    class: `component-separator ${one.spacing === 2 ? "is-large" : ""}`,
    "aria-hidden": !line && "true",
  });
}

function drawContainer(at, one) {
  const inside = h("div", {class: "component-inside"}, drawAll(at, one.components));
  const card = h("div", {class: "component-card"}, inside);
  if (Number.isInteger(one.accent_color)) {
    card.classList.add("has-accent");
    card.style.setProperty("--accent-bar", `#${one.accent_color.toString(16).padStart(6, "0")}`);
  }
  if (one.spoiler) veil(at.memory, one.id, card, inside);
  return card;
}
