// Small pictures in the colour of the text beside them; css/icons.css has their shapes. They say
// nothing to screen readers: what holds one has a name of its own.

import {h} from "./dom.js";

export function icon(name) {
  return h("span", {class: `icon icon-${name}`, "aria-hidden": "true"});
}
