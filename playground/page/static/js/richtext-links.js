// Links and mentions.

import {h} from "./dom.js";

// Return an address of the web as it is to be followed; null for every other kind of address.
export function webAddress(text) {
  if (!text || !URL.canParse(text)) return null;
  const url = new URL(text);
  return ["http:", "https:"].includes(url.protocol) ? url.href : null;
}

// A link out of the page, in a tab of its own; what is inside alone if the address is not good.
export function drawOutward(address, props, ...inner) {
  const href = webAddress(address);
  if (!href) return h("span", props, inner);
  return h("a", {...props, href, target: "_blank", rel: "noopener noreferrer"}, inner);
}

export function drawLink(node, inner) {
  const masked = node.c.length !== 1 || node.c[0] !== node.url;
  const title = node.title ?? (masked ? node.url : null);
  return drawOutward(node.url, {class: "rich-link", title}, inner);
}

// A link to a channel or message of Discord's; by its label if it has one.
export function drawJump(pane, node, inner) {
  const labelled = inner.length > 0;
  const style = labelled ? "rich-link" : "mention";
  const shown = labelled ? inner : [`#${node.name}`, node.message && " › 💬"];
  if (!node.known) return h("span", {class: style, title: node.url}, shown);
  const label = `${node.message ? "Message in" : "Channel"} ${node.name}`;
  const go = () => node.message ? pane.jump(node.channel, node.message) : pane.go(node.channel);
  return pressable(go, {class: style, role: "link", "aria-label": labelled ? null : label}, shown);
}

export function drawPlace(pane, node) {
  if (!node.known) return h("span", {class: "mention"}, `#${node.name}`);
  return pressable(() => pane.go(node.id), {class: "mention", role: "link"}, `#${node.name}`);
}

// Somebody, a role or everybody.
export function drawMention(pane, node) {
  const everyone = node.t === "everyone" || node.id === pane.guild?.id;
  const mine = everyone || node.id === pane.me?.id || pane.me?.roles.includes(node.id);
  const name = node.t === "everyone" ? node.name : `@${node.name}`;
  return h("span", {class: mine ? "mention mention-mine" : "mention"}, name);
}

export function drawCommand(pane, node) {
  const text = `/${node.name}`;
  const title = "Put this command into the message box";
  return pressable(() => pane.tell("compose", `${text} `), {class: "mention", role: "button", title}, text);
}

// Something to press that breaks over lines as the text around it does; button elements do not.
function pressable(act, props, ...inner) {
  const element = h("span", {...props, tabindex: "0", onclick: act}, inner);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && (event.key !== " " || props.role !== "button")) return;
    event.preventDefault();
    act();
  });
  return element;
}
