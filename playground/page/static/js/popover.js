// Small boxes that pop up beside what was pressed: lists of threads, menus of people, cards. The
// browser's own popovers close by Escape and by a press elsewhere, and give the focus back.

import {h} from "./dom.js";

export const EDGE = 8; // pixels between a popover and the edge of the window
const GAP = 6;

// Open a popover beside an element; draw(close) gives its content. Returns a function that closes it.
//   beside  at the left of the element, not below or above it
//   owner   what has the focus afterwards, if not the element
export function openPopover(anchor, label, draw, {look = "", beside = false, owner = anchor} = {}) {
  const box = h("div", {class: `popover ${look}`, popover: "auto", role: "dialog", "aria-label": label});
  const close = () => box.hidePopover();
  box.append(draw(close));
  // Beside what was pressed, so that it is read and reached next.
  const around = owner.closest(".pane, .bar") ?? document.body;
  const from = anchor.getBoundingClientRect(); // opening may hide what is only there while hovered
  around.append(box);
  const isOpener = anchor.hasAttribute("aria-haspopup");
  if (isOpener) anchor.setAttribute("aria-expanded", "true");
  // A finger that means to close it presses what lies below; a mouse would not cover that.
  const away = (event) => event.pointerType === "touch" && !box.contains(event.target) && swallowClick();
  document.addEventListener("pointerdown", away, {capture: true});
  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    document.removeEventListener("pointerdown", away, {capture: true});
    const inside = box.contains(document.activeElement);
    box.remove();
    if (isOpener) anchor.removeAttribute("aria-expanded");
    if (inside || document.activeElement === document.body) back(owner, around).focus({preventScroll: true});
  });
  box.showPopover();
  place(box, from, beside);
  box.querySelector("[autofocus], input, button, a, [tabindex]")?.focus({preventScroll: true});
  return close;
}

// Listens to clicks with the right button: open(anchor) opens a popover. With Shift the browser's own
// menu opens.
//   byTouch  whether a finger that rests there means it, too
export function rightClicked(open, {byTouch = true} = {}) {
  return (event) => {
    if (event.shiftKey || (event.pointerType === "touch" && !byTouch)) return;
    event.preventDefault();
    event.stopPropagation();
    const anchor = event.currentTarget;
    // The browser would close a popover that opens while the button is down once that is lifted.
    if (event.buttons) addEventListener("pointerup", () => setTimeout(() => open(anchor)), {once: true});
    else open(anchor);
  };
}

// Let the press that has just begun close something, and do nothing else.
export function swallowClick() {
  const stop = (event) => {
    if (!event.detail) return; // made by a key
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", stop, {capture: true, once: true});
  // It may become no click, but a swipe.
  const over = () => removeEventListener("click", stop, {capture: true});
  addEventListener("pointerdown", over, {capture: true, once: true});
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
  stand(box, {left, top});
}

// Put a box that pops up somewhere, or as near as the window has room.
export function stand(box, {left, top}) {
  const {width, height} = box.getBoundingClientRect();
  box.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  box.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
}
