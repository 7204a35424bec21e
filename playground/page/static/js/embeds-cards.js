// What tells of a file: its name, its size, and how to save it.

import {h} from "./dom.js";
import {sizeOf} from "./size.js";

export function drawFileCard(file) {
  return h("div", {class: "file"}, fileHead(file));
}

// What a file is called, how large it is, and a link that saves it.
export function fileHead(file) {
  return h("div", {class: "file-head"},
    h("span", {class: "file-sign", "aria-hidden": "true"}, "📄"),
    h("span", {class: "file-told"},
      h("a", {class: "file-name", href: file.url, download: file.name, dir: "auto"}, file.name),
      file.size !== undefined && h("span", {class: "file-size"}, sizeOf(file.size))),
    h("a", {
      class: "file-save", href: file.url, download: file.name, "aria-label": `Download ${file.name}`,
    }, "↓"));
}
