// The list that pops up over the composer: commands, names, and what an option takes. The focus
// stays where one types; aria-activedescendant tells which row is meant.

import {h, fill} from "./dom.js";
import {markOption, STEPS, stepped} from "./listbox.js";

let count = 0;

export class Choices {
  #field = null;
  #items = [];
  #pick = null;
  #active = -1;
  #moved = false;

  constructor() {
    this.id = `choices-${++count}`;
    this.title = h("p", {class: "choices-title", id: `${this.id}-title`});
    this.list = h("div", {
      class: "choices-list", role: "listbox", id: this.id, "aria-label": "Suggestions", hidden: true,
      tabindex: 0, onkeydown: (event) => this.key(event), // a long list can be scrolled by keys, too
    });
    this.note = h("p", {class: "choices-note", role: "status"});
    this.root = h("div", {class: "choices", hidden: true}, this.title, this.list, this.note);
    // A press must not take the focus away from where one types.
    this.root.addEventListener("mousedown", (event) => event.preventDefault());
  }

  // Whether there is something to choose from.
  get open() {
    return this.#items.length > 0;
  }

  // What Enter would choose; null for nothing.
  get chosen() {
    return this.#items[this.#active] ?? null;
  }

  // Whether somebody went through the list by keys.
  get moved() {
    return this.#moved;
  }

  // Show what can be chosen for a field.
  //   title   elements or text over the list
  //   items   [{label, detail, tag}]
  //   active  which of them is chosen by Enter; -1 for none
  //   pick    is called with the item that was chosen
  //   note    what is said instead of items, such as "Loading…"
  show(field, {title = null, items = [], active = 0, pick = null, note = ""}) {
    if (this.#field !== field) this.#tie(field);
    this.#items = items;
    this.#pick = pick;
    this.#moved = false;
    fill(this.title, title);
    fill(this.list, items.map((one, index) => this.#row(one, index)));
    fill(this.note, note);
    this.title.hidden = !title;
    this.list.hidden = !items.length;
    this.note.hidden = !note;
    this.root.hidden = !title && !items.length && !note;
    expand(field, items.length > 0);
    this.#mark(Math.min(active, items.length - 1));
  }

  hide() {
    if (this.#field) this.#tie(null);
    this.#items = [];
    fill(this.list);
    this.root.hidden = true;
  }

  // Take a key of the field; true if it was meant for the list.
  key(event) {
    if (!this.open || event.ctrlKey || event.metaKey || event.altKey) return false;
    const chosen = this.#items[this.#active];
    if (event.key in STEPS) this.#move(STEPS[event.key]);
    else if (event.key === "Escape") this.#close();
    else if (chosen && !event.shiftKey && (event.key === "Enter" || event.key === "Tab")) this.#pick(chosen);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  // Take the list away and leave its title.
  #close() {
    const title = [...this.title.childNodes];
    this.show(this.#field, {title: title.length ? title : null});
  }

  #move(step) {
    this.#moved = true;
    this.#mark(stepped(this.#active, step, this.#items.length));
  }

  #mark(index) {
    this.#active = index;
    markOption([...this.list.children], [this.#field, this.list], index, {selects: true});
  }

  #row(one, index) {
    return h("div", {
      class: "choices-row", role: "option", id: `${this.id}-${index}`,
      onclick: () => this.#pick(one), onmousemove: () => this.#active !== index && this.#mark(index),
    },
    h("span", {class: "choices-label"}, one.label),
    one.detail && h("span", {class: "choices-detail"}, one.detail),
    one.tag && h("span", {class: "choices-tag"}, one.tag));
  }

  #tie(field) {
    this.#field?.removeAttribute("aria-activedescendant");
    this.#field?.removeAttribute("aria-controls");
    expand(this.#field, false);
    this.#field = field;
    field?.setAttribute("aria-controls", this.id);
  }
}

// A text field without the role of a combobox has no such state.
function expand(field, on) {
  if (field?.getAttribute("role") === "combobox") field.setAttribute("aria-expanded", String(on));
}
