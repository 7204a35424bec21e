// Small boxes that pop up beside what was pressed: lists of threads, menus of people, cards. The
// browser's own popovers close by Escape and by a press elsewhere, and give the focus back.

import {h} from "./dom.js";

const EDGE = 8; // pixels between a popover and the edge of the window
const GAP = 6;

// Open a popover beside an element; draw(close) gives its content. Returns a function that closes it.
export function openPopover(anchor, label, draw, {look = "", beside = false} = {}) {
  const box = h("div", {class: `popover ${look}`, popover: "auto", role: "dialog", "aria-label": label});
  const close = () => box.hidePopover();
  box.append(draw(close));
  // Beside what was pressed, so that it is read and reached next.
  const around = anchor.closest(".pane, .bar") ?? document.body;
  around.append(box);
  anchor.setAttribute("aria-expanded", "true");
  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const inside = box.contains(document.activeElement);
    box.remove();
    anchor.removeAttribute("aria-expanded");
    if (inside || document.activeElement === document.body) back(anchor, around).focus({preventScroll: true});
  });
  box.showPopover();
  place(box, anchor.getBoundingClientRect(), beside);
  box.querySelector("[autofocus], input, button, a, [tabindex]")?.focus({preventScroll: true});
  return close;
}

// What was pressed, or what was drawn in its place since.
function back(anchor, around) {
  if (anchor.isConnected || !anchor.dataset.focus) return anchor;
  return around.querySelector(`[data-focus="${CSS.escape(anchor.dataset.focus)}"]`) ?? anchor;
}

function place(box, from, beside) {
  const {width, height} = box.getBoundingClientRect();
  const below = from.bottom + GAP + height + EDGE <= innerHeight;
  const left = beside ? from.left - width - GAP : from.left;
  const top = beside ? from.top : below ? from.bottom + GAP : from.top - GAP - height;
  box.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  box.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
}
