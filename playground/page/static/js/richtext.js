// Draws text: nodes made by the server from Discord's Markdown (see playground/markdown/tree.py).

import {h} from "./dom.js";
import {drawCode} from "./richtext-code.js";
import {drawCommand, drawJump, drawLink, drawMention, drawPlace} from "./richtext-links.js";
import {drawSpoiler} from "./richtext-spoiler.js";
import {drawTime} from "./richtext-time.js";

// Each: (node, what is inside drawn, pane) → element.
const DRAW = {
  bold: (_node, inner) => h("strong", {}, inner),
  italic: (_node, inner) => h("em", {}, inner),
  underline: (_node, inner) => h("u", {}, inner),
  strike: (_node, inner) => h("s", {}, inner),
  spoiler: (node, inner) => drawSpoiler(inner, holdsBlock(node)),
  code: drawInlineCode,
  pre: (node) => drawCode(node),
  heading: (node, inner) =>
    h(`h${node.level + 2}`, {class: `rich-heading rich-heading-${node.level}`}, inner),
  small: (_node, inner) => h("div", {class: "rich-small"}, inner),
  quote: (_node, inner) => h("blockquote", {class: "rich-quote"}, inner),
  list: drawList,
  item: (_node, inner) => h("li", {}, inner),
  link: (node, inner) => drawLink(node, inner),
  jump: (node, inner, pane) => drawJump(pane, node, inner),
  channel: (node, _inner, pane) => drawPlace(pane, node),
  user: (node, _inner, pane) => drawMention(pane, node),
  role: (node, _inner, pane) => drawMention(pane, node),
  everyone: (node, _inner, pane) => drawMention(pane, node),
  command: (node, _inner, pane) => drawCommand(pane, node),
  emoji: (node) => h("span", {class: "rich-emoji"}, `:${node.name}:`),
  time: (node) => drawTime(node.at, node.style),
  jumbo: (_node, inner) => h("span", {class: "rich-jumbo"}, inner),
};

const UNBROKEN = 24; // characters of code that stay in one line
const BLOCKS = ["pre", "heading", "small", "quote", "list"];

// A text as a block of its own, and what follows on its last line; null if there is nothing to say.
export function drawText(pane, nodes, ...after) {
  return nodes?.length ? h("div", {class: "rich", dir: "auto"}, drawInline(pane, nodes), after) : null;
}

// A text within something else, such as a title.
export function drawInline(pane, nodes) {
  return nodes.map((node) => drawNode(pane, node));
}

function drawNode(pane, node) {
  if (typeof node === "string") return node;
  const inner = drawInline(pane, node.c);
  return DRAW[node.t]?.(node, inner, pane) ?? inner;
}

function drawInlineCode(_node, inner) {
  const code = h("code", {class: "rich-code"}, inner);
  code.classList.toggle("rich-code-short", code.textContent.length <= UNBROKEN);
  return code;
}

function drawList(node, inner) {
  if (node.start === null) return h("ul", {class: "rich-list"}, inner);
  const list = h("ol", {class: "rich-list", start: node.start}, inner);
  // Room for the longest number.
  list.style.setProperty("--digits", String(node.start + inner.length - 1).length);
  return list;
}

function holdsBlock(node) {
  return node.c?.some((one) => BLOCKS.includes(one.t) || holdsBlock(one)) ?? false;
}
