// Menus that pop up: of a message, of the list. They follow the pattern for menus of ARIA: arrows
// move, letters search, Escape closes, and the focus goes back where it was.

import {h} from "./dom.js";

const EDGE = 8; // pixels between a menu and the edge of the window

// Open a menu.
//   where: {x, y}, or the element below which it opens
//   items: {label, act, danger, checked, keys, items} or null for a line; those with items open a
//     further menu, those with a boolean "checked" are switches
//   owner: the element in whose pane it stands and that has the focus afterwards
export function openMenu(where, items, owner, label = "Message actions") {
  const menu = new Menu(items, label);
  menu.element.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const inside = menu.element.contains(document.activeElement);
    menu.element.remove();
    if (inside || document.activeElement === document.body) owner.focus({preventScroll: true});
  });
  (owner.closest(".pane") ?? document.body).append(menu.element);
  menu.show(where instanceof Element ? below(where) : {left: where.x, top: where.y});
  return menu;
}

const below = (element) => {
  const {left, bottom} = element.getBoundingClientRect();
  return {left, top: bottom + 4};
};

class Menu {
  #buttons;
  #typed = "";
  #typedAt = 0;

  constructor(items, label, parent = null) {
    this.parent = parent;
    this.element = h("div", {class: "menu-pop", role: "menu", popover: "auto", "aria-label": label},
      items.map((one) => one ? this.#item(one) : h("hr", {class: "menu-line"})));
    this.#buttons = [...this.element.querySelectorAll(":scope > .menu-choice")];
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  show({left, top}, other = left) {
    this.element.showPopover();
    const {width, height} = this.element.getBoundingClientRect();
    const fits = left + width + EDGE <= innerWidth;
    const x = fits ? left : other === left ? innerWidth - width - EDGE : other - width;
    this.element.style.left = `${Math.max(EDGE, x)}px`;
    this.element.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
    this.#buttons[0]?.focus({preventScroll: true});
  }

  close() {
    if (this.parent) this.parent.close();
    else this.element.hidePopover();
  }

  #item(one) {
    const isSwitch = typeof one.checked === "boolean";
    const button = h("button", {
      class: `menu-choice ${one.danger ? "menu-danger" : ""}`, type: "button", tabindex: "-1",
      role: isSwitch ? "menuitemcheckbox" : "menuitem",
      "aria-checked": isSwitch && String(one.checked),
      "aria-haspopup": one.items && "menu", "aria-expanded": one.items && "false",
    }, h("span", {class: "menu-label"}, one.label),
    one.keys && h("kbd", {class: "menu-keys", "aria-hidden": "true"}, one.keys),
    one.items && h("span", {class: "menu-more", "aria-hidden": "true"}, "›"),
    isSwitch && h("span", {class: "menu-box", "aria-hidden": "true"}, one.checked ? "✓" : ""));
    button.addEventListener("pointermove", () => this.#point(button));
    button.addEventListener("click", () => one.items ? this.#open(button, one) : this.#choose(one));
    return button;
  }

  #point(button) {
    if (document.activeElement === button || button.getAttribute("aria-expanded") === "true") return;
    button.focus({preventScroll: true});
    for (const other of this.#buttons) if (other !== button) this.#shut(other);
    if (button.hasAttribute("aria-haspopup")) button.click();
  }

  #choose(one) {
    this.close();
    one.act();
  }

  // A further menu stands in this one, so that both close together.
  #open(button, {items, label}) {
    if (button.getAttribute("aria-expanded") === "true") return;
    const further = new Menu(items, label, this);
    button.setAttribute("aria-expanded", "true");
    further.element.addEventListener("toggle", (event) => {
      if (event.newState !== "closed") return;
      const inside = further.element.contains(document.activeElement);
      further.element.remove();
      button.setAttribute("aria-expanded", "false");
      if (inside) button.focus({preventScroll: true});
    });
    this.element.append(further.element);
    const {left, right, top} = button.getBoundingClientRect();
    further.show({left: right, top: top - 6}, left);
  }

  #shut(button) {
    if (button.getAttribute("aria-expanded") !== "true") return;
    this.element.querySelector(":scope > .menu-pop")?.hidePopover();
  }

  #key(event) {
    if (event.target.closest(".menu-pop") !== this.element) return;
    const at = this.#buttons.indexOf(document.activeElement);
    const to = (index) => this.#buttons.at(index % this.#buttons.length)?.focus();
    const acts = {
      ArrowDown: () => to(at + 1),
      ArrowUp: () => to(at - 1),
      Home: () => to(0),
      End: () => to(-1),
      ArrowRight: () => this.#buttons[at]?.hasAttribute("aria-haspopup") && this.#buttons[at].click(),
      ArrowLeft: () => this.parent && this.element.hidePopover(),
      Escape: () => this.element.hidePopover(),
      Tab: () => this.close(),
    };
    if (acts[event.key]) acts[event.key]();
    else if (event.key.length === 1 && event.key !== " ") this.#search(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #search(letter, at) {
    const now = performance.now();
    this.#typed = now - this.#typedAt < 600 ? this.#typed + letter.toLowerCase() : letter.toLowerCase();
    this.#typedAt = now;
    const from = this.#typed.length > 1 ? at : at + 1;
    const order = [...this.#buttons.slice(from), ...this.#buttons.slice(0, from)];
    order.find((one) => one.textContent.toLowerCase().startsWith(this.#typed))?.focus();
  }
}
