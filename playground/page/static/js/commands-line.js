// The options line: a command that was chosen, with a chip for each option, in the composer's place.

import {h, fill} from "./dom.js";
import {Chip} from "./commands-chip.js";
import {ATTACHMENT, named} from "./commands-kinds.js";
import {More} from "./commands-more.js";
import {Offers} from "./commands-offers.js";

export class CommandLine {
  #chips = [];
  #busy = false;

  // events: leave() by Escape or Backspace, run() by Enter, change() of what stands here
  constructor(pane, choices, events) {
    this.pane = pane;
    this.choices = choices;
    this.events = events;
    this.offers = new Offers(pane, choices);
    this.command = null;
    this.name = h("span", {class: "command-name"});
    this.chips = h("span", {class: "command-chips"});
    this.more = new More(this);
    this.root = h("div", {class: "command", role: "group", hidden: true}, this.name, this.chips, this.more.field);
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.root.addEventListener("focusin", (event) => this.#focused(event.target));
    this.root.addEventListener("click", (event) => this.#clicked(event.target));
  }

  get open() {
    return this.command !== null;
  }

  // Begin to fill in a command.
  //   given  texts by the names of options
  //   words  what belongs to none of them, as far as one can know
  begin(command, {given = {}, words = ""} = {}) {
    this.command = command;
    this.#chips = [];
    fill(this.chips);
    fill(this.name, `/${command.path}`);
    this.root.setAttribute("aria-label", `Command /${command.path}`);
    this.root.hidden = false;
    for (const spec of command.options) {
      if (spec.required || given[spec.name] !== undefined) this.#add(spec).text = given[spec.name] ?? "";
    }
    this.more.draw(words);
    this.events.change();
  }

  end() {
    this.command = null;
    this.#chips = [];
    this.busy = false;
    this.offers.end();
    fill(this.chips);
    this.root.hidden = true;
  }

  // Put the focus where one goes on: the first required option that is empty, else the end.
  focus() {
    const next = this.#chips.find((one) => one.spec.required && one.empty);
    this.#enter(next ?? null);
  }

  // Go on typing into an option.
  resume(name) {
    const chip = this.#chip(name);
    if (!chip) return;
    chip.named = true;
    this.#enter(chip);
  }

  // Whether it is being sent; nothing can be changed then.
  get busy() {
    return this.#busy;
  }

  set busy(busy) {
    this.#busy = busy;
    this.root.setAttribute("aria-busy", String(busy));
    for (const field of this.root.querySelectorAll("input, textarea, button")) field.disabled = busy;
  }

  // What stands here, as it is kept to be gone on with.
  get kept() {
    const filled = this.#chips.filter((one) => one.written);
    const given = Object.fromEntries(filled.map((one) => [one.spec.name, one.written]));
    return {path: this.command.path, given, words: this.more.words};
  }

  // Read all options: {name: {type, value or file}}; null if one is not as it must be, or if words
  // belong to none, which is shown.
  read() {
    if (!this.more.settle()) return null;
    const told = {};
    for (const chip of this.#chips) {
      const found = chip.read();
      if (found?.wrong) {
        this.#enter(chip);
        this.offers.explain(chip, found.wrong);
        return null;
      }
      if (found) told[chip.spec.name] = {type: chip.spec.type, ...found};
    }
    return told;
  }

  // Put dropped or pasted files into options that take one; false if there is none.
  takeFiles(files) {
    const specs = this.command.options.filter((one) => one.type === ATTACHMENT);
    for (const [at, file] of files.slice(0, specs.length).entries()) {
      const free = specs.find((spec) => this.#chip(spec.name)?.empty ?? true) ?? specs[at];
      const chip = this.#chip(free.name) ?? this.#add(free);
      this.more.draw(this.more.words);
      this.#enter(chip);
      chip.takeFile(file);
    }
    return specs.length > 0;
  }

  // --- chips -------------------------------------------------------------------------------------

  #chip(name) {
    return this.#chips.find((one) => one.spec.name === name) ?? null;
  }

  #add(spec) {
    const chip = new Chip(this.pane, spec, (one, wrong) => this.#changed(one, wrong));
    this.#chips.push(chip);
    this.chips.append(chip.root);
    return chip;
  }

  #remove(chip) {
    this.#chips = this.#chips.filter((one) => one !== chip);
    chip.root.remove();
    this.more.draw(this.more.words);
    this.events.change();
  }

  // The options that are not there.
  get rest() {
    return this.command.options.filter((one) => !this.#chip(one.name));
  }

  // Those in which nothing stands.
  get empty() {
    return this.command.options.filter((one) => this.#chip(one.name)?.empty ?? true);
  }

  // Add an option at the end of the line, or fill one in with the words that stood there.
  take(spec, words = "") {
    const chip = this.#chip(spec.name) ?? this.#add(spec);
    this.more.draw();
    if (words) chip.text = words;
    if (words) this.focus();
    else this.#enter(chip);
  }

  // Go on in an option whose name was typed at the end of the line.
  lead(spec, words) {
    this.take(spec);
    if (words) this.#chip(spec.name).text = words;
    this.resume(spec.name);
  }

  #enter(chip) {
    const field = chip?.field ?? this.more.field;
    const isHere = document.activeElement === field;
    field.focus();
    if (field.select) field.setSelectionRange(field.value.length, field.value.length);
    if (isHere) this.#focused(field); // which no event tells
  }

  // Go on behind a chip: to the next that is required and empty, else the next, else the end.
  #after(chip) {
    const at = this.#chips.indexOf(chip);
    const missing = this.#chips.find((one) => one.spec.required && one.empty);
    this.#enter(missing ?? this.#chips[at + 1] ?? null);
  }

  #changed(chip, wrong) {
    if (!this.command) return;
    this.events.change();
    if (wrong) this.offers.explain(chip, wrong);
    else if (document.activeElement === chip.field) this.#typed(chip);
  }

  // Somebody typed the name of an option and a colon: what follows belongs there.
  #typed(chip) {
    const text = chip.field.value ?? "";
    const found = text.match(/(?:^|\s)([-\w]+):$/);
    const spec = found && this.command.options.find((one) => one.name === found[1].toLowerCase());
    const inside = /^\s*["“„][^"”“]*$/.test(text);
    if (!spec || inside) {
      this.#offer(chip);
      return;
    }
    chip.text = text.slice(0, found.index).trim();
    const next = this.#chip(spec.name) ?? this.#add(spec);
    next.named = true;
    this.more.draw(this.more.words);
    this.#enter(next);
  }

  // --- what is offered ---------------------------------------------------------------------------

  #focused(target) {
    const chip = this.#chips.find((one) => one.root.contains(target));
    if (chip) this.#offer(chip);
    else if (target === this.more.field) this.more.offer();
  }

  #clicked(target) {
    const chip = this.#chips.find((one) => one.root.contains(target));
    if (!chip && target !== this.more.field) this.focus();
    else if (chip?.listed && !this.choices.open) this.#offer(chip, true);
  }

  #offer(chip, anew = false) {
    const others = this.#chips.filter((one) => one !== chip);
    this.offers.option(chip, {command: this.command, others, anew}, (item) => this.#picked(chip, item));
  }

  #picked(chip, item) {
    chip.pick(item);
    this.#after(chip);
  }

  // --- keys --------------------------------------------------------------------------------------

  #key(event) {
    if (event.isComposing || this.#busy) return;
    const chip = this.#chips.find((one) => one.field === event.target) ?? null;
    if (event.key === "Enter" && this.#isTyped(chip)) this.choices.hide();
    if (this.choices.key(event)) return;
    const acts = {
      Enter: () => (event.target.type === "button" && !chip.file ? false : this.events.run()),
      Escape: () => this.events.leave(),
      Backspace: () => this.#backspace(chip, event.target),
      ArrowDown: () => this.#askAnew(chip),
      ArrowLeft: () => this.#step(event.target, -1),
      ArrowRight: () => this.#step(event.target, 1),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey ? null : acts[event.key];
    if (!act || act() === false) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Whether what was typed needs no choosing, so that Enter sends: words that can be meant for one
  // option alone, or what is offered for the last option that there is.
  #isTyped(chip) {
    const {chosen, moved} = this.choices;
    if (!chosen || moved) return false;
    if (!chip) return this.more.isSure;
    const isLast = !this.empty.some((one) => one !== chip.spec);
    const isTyped = isLast && named([chosen], chip.text) !== null;
    if (isTyped) chip.pick(chosen);
    return isTyped;
  }

  // Show a list that was closed.
  #askAnew(chip) {
    if (!chip) this.more.offer();
    else if (chip.listed) this.#offer(chip, true);
    return !chip || chip.listed;
  }

  // At the beginning of a field: out of it, and away with an option that may be missing.
  #backspace(chip, field) {
    if (field.value || chip?.file) return false;
    const at = chip ? this.#chips.indexOf(chip) : this.#chips.length;
    const before = this.#chips[at - 1];
    if (chip && !chip.spec.required) this.#remove(chip);
    else if (!before) {
      this.events.leave();
      return true;
    }
    this.#enter(before ?? this.#chips[0] ?? null);
    return true;
  }

  // Walk out of a field at its end.
  #step(field, by) {
    const edge = by < 0 ? 0 : field.value?.length ?? 0;
    if (field.selectionStart !== undefined && (field.selectionStart !== edge || field.selectionEnd !== edge)) return false;
    const fields = [...this.#chips.map((one) => one.field), this.more.field];
    const next = fields[fields.indexOf(field) + by];
    if (!next) return false;
    next.focus();
    return true;
  }
}
