// Buttons on messages.

import {h} from "./dom.js";
import {drawDots} from "./dots.js";
import {tellBot} from "./components-state.js";
import {webAddress} from "./richtext-links.js";

const STYLES = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium"};
const LINK = 5;
const PREMIUM = 6;

export function drawButton(at, one) {
  const look = {class: `component-button is-${STYLES[one.style]}`};
  if (one.style === PREMIUM) {
    return h("button", {...look, type: "button", disabled: true}, face({label: "Buy (not here)"}));
  }
  if (one.style === LINK) return drawLink(look, one);
  return h("button", {
    ...look, type: "button", disabled: one.disabled, "data-part": one.custom_id,
    "data-focus": `part/${one.custom_id}`, "aria-label": name(one),
    onclick: () => tellBot(at, "press", one.custom_id),
  }, face(one), drawDots());
}

function drawLink(look, one) {
  const address = webAddress(one.url);
  if (one.disabled || !address) return h("button", {...look, disabled: true}, face(one));
  return h("a", {...look, href: address, target: "_blank", rel: "noopener noreferrer"},
    face(one), h("span", {class: "component-away", "aria-hidden": "true"}, "↗"),
    h("span", {class: "unseen"}, "(leaves the playground)"));
}

// An emoji as text: the playground holds no pictures of a server's own.
export function emojiText(emoji) {
  if (!emoji) return null;
  return emoji.id ? `:${emoji.name}:` : emoji.name;
}

function name(one) {
  return one.label ? false : one.emoji?.name;
}

function face(one) {
  const emoji = emojiText(one.emoji);
  return h("span", {class: "component-face"},
    emoji && h("span", {class: "component-emoji"}, emoji),
    one.label && h("span", {}, one.label));
}
