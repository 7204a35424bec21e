// The veil over spoilers: cards, pictures and files.

import {h} from "./dom.js";

// Hide what is a spoiler until somebody wants to see it; it stays seen when drawn anew.
export function veil(memory, key, place, inside) {
  if (memory.seen.has(key)) return;
  const lift = () => {
    memory.seen.add(key);
    cover.remove();
    inside.inert = false;
    inside.tabIndex = -1;
    inside.focus({preventScroll: true});
  };
  const cover = h("button", {
    class: "component-veil", type: "button", onclick: lift, "aria-label": "Spoiler. Show it",
    "data-focus": `veil/${key}`,
  }, h("span", {class: "component-veil-word"}, "Spoiler"));
  inside.inert = true;
  place.classList.add("has-veil");
  place.append(cover);
}
