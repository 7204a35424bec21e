// Menus that pop up: of a message, of the list. They follow the pattern for menus of ARIA: arrows
// move, letters search, Escape closes, and the focus goes back where it was.

import {h} from "./dom.js";
import {EDGE, stand, swallowClick} from "./popover.js";

const TYPING_MS = 600; // within which letters belong together

// Open a menu.
//   where: {x, y}, or the element below which it opens
//   items: {label, act, danger, checked, keys, items} or null for a line; those with items open a
//     further menu, those with a boolean "checked" are switches
//   owner: the element in whose pane it stands and that has the focus afterwards
export function openMenu(where, items, owner, label = "Message actions") {
  const menu = new Menu(items, label);
  const away = (event) => {
    if (menu.element.contains(event.target)) return;
    menu.close();
    swallowClick();
  };
  const gone = () => menu.close();
  // Not a popover that the browser closes: a menu that opens while a button or finger is down would
  // be closed when that is lifted.
  document.addEventListener("pointerdown", away, {capture: true});
  addEventListener("blur", gone);
  addEventListener("resize", gone);
  menu.closed = () => {
    document.removeEventListener("pointerdown", away, {capture: true});
    removeEventListener("blur", gone);
    removeEventListener("resize", gone);
    if (document.activeElement === document.body) owner.focus({preventScroll: true});
  };
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
  #typedAt = -Infinity;

  constructor(items, label, parent = null) {
    this.parent = parent;
    this.further = null; // the menu that is open beside this one
    this.closed = () => {};
    this.element = h("div", {class: "menu-pop", role: "menu", popover: "manual", "aria-label": label},
      items.map((one) => one ? this.#item(one) : h("hr", {class: "menu-line"})));
    this.#buttons = [...this.element.querySelectorAll(":scope > .menu-choice")];
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  show({left, top}, other = left) {
    this.element.showPopover();
    const {width} = this.element.getBoundingClientRect();
    const fits = other === left || left + width + EDGE <= innerWidth;
    stand(this.element, {left: fits ? left : other - width, top});
    this.#buttons[0]?.focus({preventScroll: true});
  }

  // Close this menu with those that it stands in.
  close() {
    if (this.parent) this.parent.close();
    else this.shut();
  }

  // Close this menu alone.
  shut() {
    this.element.remove();
    this.closed();
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
    this.further?.shut();
    if (button.hasAttribute("aria-haspopup")) button.click();
  }

  #choose(one) {
    this.close();
    one.act();
  }

  // A further menu stands in this one, so that both close together.
  #open(button, {items, label}) {
    if (this.further) return;
    this.further = new Menu(items, label, this);
    button.setAttribute("aria-expanded", "true");
    this.further.closed = () => {
      this.further = null;
      button.setAttribute("aria-expanded", "false");
      if (document.activeElement === document.body) button.focus({preventScroll: true});
    };
    this.element.append(this.further.element);
    const {left, right, top} = button.getBoundingClientRect();
    this.further.show({left: right, top: top - 6}, left);
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
      ArrowLeft: () => this.parent && this.shut(),
      Escape: () => this.shut(),
      Tab: () => this.close(),
    };
    if (acts[event.key]) acts[event.key]();
    else if (event.key.length === 1 && (event.key !== " " || this.#isTyping)) this.#search(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  get #isTyping() {
    return performance.now() - this.#typedAt < TYPING_MS;
  }

  // What is typed quickly is a beginning; one letter again and again goes through those it begins.
  #search(letter, at) {
    this.#typed = (this.#isTyping ? this.#typed : "") + letter.toLowerCase();
    this.#typedAt = performance.now();
    const isOne = [...this.#typed].every((one) => one === this.#typed[0]);
    const words = isOne ? this.#typed[0] : this.#typed;
    const from = isOne ? at + 1 : at;
    const order = [...this.#buttons.slice(from), ...this.#buttons.slice(0, from)];
    order.find((one) => one.textContent.toLowerCase().startsWith(words))?.focus();
  }
}
