// Three dots that move while something is on its way.

import {h} from "./dom.js";

export function drawDots() {
  return h("span", {class: "dots", "aria-hidden": "true"}, h("i"), h("i"), h("i"));
}
