// Blocks of code, with a button that copies them.

import {h} from "./dom.js";

const SAID_MS = 2000;

export function drawCode(node) {
  const code = h("code", {"data-language": node.lang}, node.c);
  return h("div", {class: "code-block"}, h("pre", {dir: "ltr"}, code), drawCopy(() => code.textContent));
}

function drawCopy(text) {
  const button = h("button", {class: "code-copy", type: "button"}, "Copy");
  button.addEventListener("click", async () => {
    const copied = await navigator.clipboard.writeText(text()).then(() => true, () => false);
    button.textContent = copied ? "Copied" : "Not allowed to copy";
    setTimeout(() => { button.textContent = "Copy"; }, SAID_MS);
  });
  return button;
}
