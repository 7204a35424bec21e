// The veil over spoilers: cards, pictures and files.

import {h} from "./dom.js";

export const SPOILER = "Spoiler, press to show";

// Hide what is a spoiler until somebody wants to see it; it stays seen when drawn anew.
//   memory  of the person and the message (components-state.js)
//   key     of the thing within the message
//   place   the element the veil covers
//   inside  the element in it that is hidden
export function veil(memory, key, place, inside) {
  if (memory.seen.has(key)) return place;
  const cover = h("button", {
    class: "veil-cover", type: "button", "aria-label": SPOILER, "data-focus": `veil/${key}`,
  }, h("span", {class: "veil-word"}, "Spoiler"));
  cover.addEventListener("click", () => {
    memory.seen.add(key);
    cover.remove();
    place.classList.remove("veil");
    inside.inert = false;
    inside.removeAttribute("aria-hidden");
    inside.tabIndex = -1;
    inside.focus({preventScroll: true});
  });
  inside.inert = true;
  inside.setAttribute("aria-hidden", "true");
  place.classList.add("veil");
  place.append(cover);
  return place;
}
