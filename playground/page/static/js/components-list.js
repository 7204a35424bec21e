// The list that a select opens: it floats over the pane (or over the form in which the select
// stands), so that a card can be drawn anew beneath it without disturbing who is choosing.

import {h, fill} from "./dom.js";
import {markOption, STEPS, stepped} from "./listbox.js";

const GAP = 4;
const TALLEST = 320;
const NARROWEST = 240;
const TYPING_MS = 700;
const open = new WeakMap(); // pane → its open list
const watched = new WeakSet(); // panes whose changes are listened to
let lists = 0;

export class List {
  #typed = "";
  #typedAt = 0;
  #active = 0;
  #shown = [];

  // Open a select's list, or close it if it is open.
  static toggle(pane, button, told) {
    const before = open.get(pane);
    before?.close();
    if (before?.told.key !== told.key) new List(pane, button, told);
  }

  // Let an open list belong to a select that was drawn anew.
  static follow(pane, button, told) {
    const list = open.get(pane);
    if (list?.told.key !== told.key || list.button === button) return;
    queueMicrotask(() => list.#follow(button, told));
  }

  // Close a pane's list, if one is open, and forget what was chosen in it.
  static end(pane) {
    open.get(pane)?.close({keep: false, focus: false});
  }

  constructor(pane, button, told) {
    this.pane = pane;
    this.button = button;
    this.told = told;
    this.chosen = new Set(told.chosen);
    this.id = `list-${++lists}`;
    this.#build();
    open.set(pane, this);
    watch(pane);
    (button.closest("dialog") ?? pane.root).append(this.root);
    button.setAttribute("aria-expanded", "true");
    this.#fill();
    this.#activate(Math.max(0, this.#shown.findIndex((one) => this.chosen.has(one.id))));
    this.#place();
    (this.search ?? this.list).focus({preventScroll: true});
    document.addEventListener("pointerdown", this.#outside, true);
    addEventListener("scroll", this.#place, true);
    addEventListener("resize", this.#place);
  }

  get several() {
    return this.told.most > 1;
  }

  // Close it; what was chosen is kept unless it is to be forgotten.
  close({keep = true, focus = true} = {}) {
    if (open.get(this.pane) !== this) return;
    open.delete(this.pane);
    document.removeEventListener("pointerdown", this.#outside, true);
    removeEventListener("scroll", this.#place, true);
    removeEventListener("resize", this.#place);
    this.root.remove();
    this.button.setAttribute("aria-expanded", "false");
    if (focus) this.button.focus({preventScroll: true});
    const values = [...this.chosen];
    if (keep && !isSame(values, this.told.chosen) && values.length >= this.told.least) this.told.choose(values);
  }

  // --- building ----------------------------------------------------------------------------------

  #build() {
    const label = this.button.textContent;
    this.list = h("div", {
      class: "select-options", role: "listbox", id: this.id, tabindex: "-1", "aria-label": label,
      "aria-multiselectable": this.several && "true",
      onclick: (event) => this.#clicked(event),
      onmousemove: (event) => this.#hovered(event),
    });
    this.search = this.told.searched ? h("input", {
      class: "select-search", role: "combobox", placeholder: "Search", "aria-label": "Search",
      "aria-expanded": "true", "aria-controls": this.id, "aria-autocomplete": "list",
      autocomplete: "off", spellcheck: "false",
      oninput: () => { this.#fill(); this.#activate(0); },
    }) : null;
    this.foot = this.several ? h("div", {class: "select-foot"},
      h("span", {"aria-live": "polite"}),
      h("button", {type: "button", tabindex: "-1", onclick: () => this.close()}, "Done")) : null;
    this.root = h("div", {class: "select-list", onkeydown: (event) => this.#key(event)},
      this.search, this.list, this.foot);
  }

  #fill() {
    const sought = plain(this.search?.value ?? "");
    this.#shown = this.told.choices().filter((one) => plain(one.label).includes(sought));
    fill(this.list, this.#shown.map((one, index) => this.#option(one, index)),
      this.#shown.length === 0 && h("p", {class: "select-nothing"}, "Nothing found"));
    this.#mark();
  }

  #option(one, index) {
    const mark = one.mark && h("span", {class: `select-mark ${one.round ? "is-round" : ""}`,
      "aria-hidden": "true"}, one.mark);
    if (mark && one.colour) mark.style.color = one.colour;
    return h("div", {class: "select-option", role: "option", id: `${this.id}-${index}`},
      one.emoji ? h("span", {class: "component-emoji"}, one.emoji) : mark,
      h("span", {class: "select-words"}, h("span", {}, one.label),
        one.description && h("small", {}, one.description)),
      h("span", {class: "select-tick", "aria-hidden": "true"}));
  }

  // Show what is chosen, and what can no longer be.
  #mark() {
    const full = this.several && this.chosen.size >= this.told.most;
    this.#options().forEach((element, index) => {
      const chosen = this.chosen.has(this.#shown[index].id);
      element.setAttribute("aria-selected", String(chosen));
      element.setAttribute("aria-disabled", String(full && !chosen));
    });
    if (this.foot) this.foot.firstChild.textContent = this.#count();
  }

  #count() {
    const {least, most} = this.told;
    const lacking = least - this.chosen.size;
    if (lacking > 0) return `Choose ${lacking} more`;
    return `${this.chosen.size} of ${most} chosen`;
  }

  #options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  #follow(button, told) {
    if (open.get(this.pane) !== this) return;
    if (button.disabled) { this.close({keep: false, focus: false}); return; }
    if (!isSame(told.chosen, this.told.chosen)) this.chosen = new Set(told.chosen);
    this.button = button;
    this.told = told;
    button.setAttribute("aria-expanded", "true");
    const active = this.#shown[this.#active]?.id;
    this.#fill();
    this.#activate(Math.max(0, this.#shown.findIndex((one) => one.id === active)));
    this.#place();
  }

  // --- where it stands ---------------------------------------------------------------------------

  #place = (event) => {
    if (event?.target instanceof Node && this.root.contains(event.target)) return;
    const at = this.button.getBoundingClientRect();
    const width = Math.min(Math.max(at.width, NARROWEST), innerWidth - 2 * GAP);
    const below = innerHeight - at.bottom - 2 * GAP;
    const above = at.top - 2 * GAP;
    const under = below >= Math.min(TALLEST, this.root.scrollHeight) || below >= above;
    const {style} = this.root;
    style.width = `${width}px`;
    style.left = `${Math.min(Math.max(GAP, at.left), innerWidth - width - GAP)}px`;
    style.maxHeight = `${Math.min(TALLEST, under ? below : above)}px`;
    style.top = under ? `${at.bottom + GAP}px` : "auto";
    style.bottom = under ? "auto" : `${innerHeight - at.top + GAP}px`;
  };

  #outside = (event) => {
    if (this.root.contains(event.target) || this.button.contains(event.target)) return;
    this.close({focus: false});
  };

  // --- choosing ----------------------------------------------------------------------------------

  #activate(index) {
    const options = this.#options();
    this.#active = Math.min(Math.max(0, index), options.length - 1);
    markOption(options, [this.search ?? this.list], this.#active);
  }

  #choose(index) {
    const one = this.#shown[index];
    if (!one) return;
    const {least, most} = this.told;
    if (this.chosen.has(one.id) && (this.several || least === 0)) this.chosen.delete(one.id);
    else if (!this.several) this.chosen = new Set([one.id]);
    else if (this.chosen.size < most) this.chosen.add(one.id);
    if (this.several) this.#mark();
    else this.close();
  }

  #clicked(event) {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    this.#activate(this.#options().indexOf(option));
    this.#choose(this.#active);
  }

  #hovered(event) {
    const option = event.target.closest("[role=option]");
    if (option && !option.classList.contains("is-active")) {
      this.#activate(this.#options().indexOf(option));
    }
  }

  #key(event) {
    const step = STEPS[event.key];
    if (step) this.#activate(stepped(this.#active, step, this.#options().length));
    else if (event.key === "Home" && !this.search) this.#activate(0);
    else if (event.key === "End" && !this.search) this.#activate(Infinity);
    else if (event.key === "Enter" || (event.key === " " && !this.search)) this.#choose(this.#active);
    else if (event.key === "Escape") this.close({keep: false});
    else if (event.key === "Tab") this.close();
    else { this.#seek(event); return; }
    event.preventDefault();
    event.stopPropagation();
  }

  // Go to the option that begins with what is typed.
  #seek(event) {
    if (this.search || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.timeStamp - this.#typedAt > TYPING_MS) this.#typed = "";
    this.#typedAt = event.timeStamp;
    this.#typed += plain(event.key);
    const found = this.#shown.findIndex((one) => plain(one.label).startsWith(this.#typed));
    if (found >= 0) this.#activate(found);
  }
}

function isSame(ids, others) {
  return ids.length === others.length && ids.every((id) => others.includes(id));
}

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

// Close a list whose select is no longer there.
function watch(pane) {
  if (watched.has(pane)) return;
  watched.add(pane);
  pane.life.addEventListener("abort", () => List.end(pane));
  for (const topic of ["message", "gone", "messages", "channel", "me", "form"]) {
    pane.on(topic, () => queueMicrotask(() => {
      const list = open.get(pane);
      if (list && !list.button.isConnected) list.close({keep: false, focus: false});
    }));
  }
}
