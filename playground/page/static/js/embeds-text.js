// A text file: its beginning, which one can unfold.

import {h} from "./dom.js";
import {fileHead} from "./embeds-cards.js";
import {sizeOf} from "./size.js";

const MOST_BYTES = 20 * 1024;
const KEPT = 40;
const TEXT = /^text\/|\/(json|xml|x-yaml|yaml|toml|javascript|x-sh)$|\+(json|xml)$/;
const NAMES = /\.(txt|md|log|csv|tsv|json|jsonl|ya?ml|toml|ini|py|js|css|html?|xml|sh|srt)$/i;
const beginnings = new Map(); // address → promise of {text, cut}; files never change

export function isText(file) {
  return TEXT.test(file.type.split(";")[0]) || NAMES.test(file.name);
}

export function drawTextFile(file) {
  const code = h("code", {}, "…");
  const pre = h("pre", {class: "file-text", dir: "auto", "aria-label": `Text of ${file.name}`}, code);
  const note = h("p", {class: "file-note"});
  const fold = h("button", {class: "file-fold", type: "button", "aria-expanded": "false"}, "Expand");
  const box = h("div", {class: "file file-folded"}, pre, note, fold, fileHead(file));
  fold.addEventListener("click", () => {
    const folded = box.classList.toggle("file-folded");
    fold.setAttribute("aria-expanded", String(!folded));
    fold.textContent = folded ? "Expand" : "Collapse";
    // What scrolls can be reached by keyboard.
    pre.tabIndex = folded ? -1 : 0;
  });
  beginning(file.url).then(({text, cut}) => {
    code.textContent = text;
    fold.hidden = text.split("\n", 7).length < 7 && text.length < 400;
    note.textContent = cut ? `The first ${sizeOf(MOST_BYTES)} of it; download it for the rest.` : "";
  }, () => { code.textContent = "This file could not be shown; try to download it."; });
  return box;
}

function beginning(address) {
  if (!beginnings.has(address)) {
    const read = readBeginning(address);
    read.catch(() => beginnings.delete(address));
    beginnings.set(address, read);
    if (beginnings.size > KEPT) beginnings.delete(beginnings.keys().next().value);
  }
  return beginnings.get(address);
}

async function readBeginning(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.statusText);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let [text, length] = ["", 0];
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return {text, cut: false};
    text += decoder.decode(value.subarray(0, MOST_BYTES - length), {stream: true});
    length += value.length;
    if (length > MOST_BYTES) {
      reader.cancel();
      return {text, cut: true};
    }
  }
}
