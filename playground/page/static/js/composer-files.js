// Files that go with a message: chosen, dropped or pasted, shown as chips, handed in on sending.

import {h, fill} from "./dom.js";
import {sizeOf} from "./size.js";
import {refusal} from "./upload.js";

const MOST_FILES = 10;

export class Files {
  #chips = []; // [{file, url}]

  constructor(onchange) {
    this.onchange = onchange;
    this.root = h("ul", {class: "files", "aria-label": "Files to send", hidden: true});
  }

  get list() {
    return this.#chips.map((one) => one.file);
  }

  // Add files; returns a sentence about those that cannot go, or nothing.
  add(files) {
    const wrong = [];
    for (const file of files) {
      const refused = refusal(file)
        || (this.#chips.length >= MOST_FILES && `A message takes ${MOST_FILES} files at the most.`);
      if (refused) wrong.push(refused);
      else this.#chips.push({file, url: /^image\//.test(file.type) ? URL.createObjectURL(file) : null});
    }
    this.#draw();
    return [...new Set(wrong)].join(" ");
  }

  // Show these files and no others.
  put(files) {
    this.take();
    this.add(files);
  }

  // Take all files away, and return them.
  take() {
    const files = this.list;
    for (const {url} of this.#chips) if (url) URL.revokeObjectURL(url);
    this.#chips = [];
    this.#draw();
    return files;
  }

  #remove(chip) {
    if (chip.url) URL.revokeObjectURL(chip.url);
    this.#chips = this.#chips.filter((one) => one !== chip);
    this.#draw();
    this.onchange();
  }

  #draw() {
    this.root.hidden = !this.#chips.length;
    fill(this.root, this.#chips.map((one) => this.#chip(one)));
  }

  #chip(chip) {
    const {file, url} = chip;
    return h("li", {class: "files-chip"},
      url ? h("img", {class: "files-picture", src: url, alt: ""}) : h("span", {class: "files-sheet", "aria-hidden": "true"}),
      h("span", {class: "files-name"}, file.name),
      h("span", {class: "files-size"}, sizeOf(file.size)),
      h("button", {
        class: "files-remove", type: "button", "aria-label": `Remove ${file.name}`, onclick: () => this.#remove(chip),
      }));
  }
}

// Let files be dropped on an element. `take` is called with an array of files.
export function dropOn(element, words, take) {
  const veil = h("div", {class: "drop", hidden: true}, h("p", {class: "drop-words"}));
  element.append(veil);
  const holds = (event) => event.dataTransfer?.types.includes("Files");
  let inside = 0;
  const show = (count) => {
    inside = Math.max(0, count);
    veil.hidden = !inside;
  };
  element.addEventListener("dragenter", (event) => {
    if (!holds(event)) return;
    fill(veil.firstChild, words());
    show(inside + 1);
  });
  element.addEventListener("dragleave", (event) => holds(event) && show(inside - 1));
  element.addEventListener("dragover", (event) => holds(event) && event.preventDefault());
  element.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    show(0);
    take([...event.dataTransfer.files]);
  });
}
