// The end of the options line: a field at which one goes on, by the name of a further option or by
// words alone. Words are never dropped: they become an option's value, or wait here.

import {h} from "./dom.js";
import {about} from "./commands.js";
import {unbroken} from "./commands-chip.js";
import {matching, meant, takers} from "./commands-kinds.js";
import {isTouch} from "./pointer.js";

const SHOWN = 120; // characters of the words that a row repeats

export class More {
  // line: the options line, which knows the options that are missing (rest) and those that are
  // empty, and takes an option with its words
  constructor(line) {
    this.line = line;
    this.field = h("input", {
      class: "command-more", type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
      "aria-expanded": "false",
    });
    this.field.addEventListener("input", () => this.#typed());
  }

  get words() {
    return this.field.value.trim();
  }

  // Begin anew: with these words, if there are any.
  draw(words = "") {
    const count = this.line.rest.length;
    this.field.value = unbroken(words);
    this.field.placeholder = count ? `+ ${count} optional` : "No more options";
    this.field.classList.toggle("is-last", !count);
    this.field.setAttribute("aria-label", count ? "Add an option" : this.#sentence([]));
  }

  // Show what can be added; `alert` if somebody wanted to send while words wait here.
  offer({alert = false} = {}) {
    const {line, words} = this;
    const named = matching(line.rest.map((spec) => ({label: spec.name, detail: about(spec), spec})), words);
    const begun = named.filter((one) => this.#begun.includes(one.spec));
    const open = words ? takers(line.empty) : [];
    const rows = (all) => all.map((one) => ({...one, label: `+ ${one.label}`}));
    const sure = begun.length > 0 || (open.length ? meant(open) : named.length);
    line.offers.show(this.field, {
      title: h("span", {class: alert && "choices-wrong", role: alert && "alert"}, this.#sentence(open, sure)),
      items: words
        ? [...rows(begun), ...open.map((spec) => this.#row(spec)), ...rows(named.filter((one) => !begun.includes(one)))]
        : rows(named),
      active: words && sure ? 0 : -1,
      pick: ({spec, words: put}) => line.take(spec, put),
    });
  }

  // Whether words wait here that can be meant for one option alone, and name none.
  get isSure() {
    const {words, line} = this;
    return words !== "" && !this.#begun.length && Boolean(meant(takers(line.empty)));
  }

  // Whether nothing waits here any more, so that all can be sent. Words that can be meant for one
  // option alone go there; if they begin an option's name, too, that is shown first. Else it is asked
  // where they belong.
  settle() {
    const {words, line, isSure} = this;
    if (!words) return true;
    const spec = meant(takers(line.empty));
    if (spec) line.take(spec, words);
    else {
      this.field.focus();
      this.offer({alert: true});
    }
    return isSure;
  }

  // The options whose names begin with what stands here.
  get #begun() {
    const typed = this.words.toLowerCase();
    return typed ? this.line.rest.filter((one) => one.name.startsWith(typed)) : [];
  }

  // A name and a colon lead to the option; what stands behind goes there.
  #typed() {
    const found = this.field.value.match(/^\s*([-\w]+):\s*(.*)$/s);
    const spec = found && this.line.rest.find((one) => one.name === found[1].toLowerCase());
    if (spec) this.line.lead(spec, found[2]);
    else this.offer();
    this.line.events.change();
  }

  #row(spec) {
    const {words} = this;
    const shown = words.length > SHOWN ? `${words.slice(0, SHOWN)}…` : words;
    return {label: `${spec.name}: ${shown}`, detail: about(spec), spec, words};
  }

  #sentence(open, sure = true) {
    const names = (specs, type) => new Intl.ListFormat("en", {type}).format(specs.map((one) => one.name));
    const {line, words} = this;
    const sends = isTouch() ? "The Send button sends the command." : "Enter sends the command.";
    if (!words) return `${line.rest.length ? "More options." : "No more options."} ${sends}`;
    if (open.length > 1 && !sure) return `Where do these words belong: ${names(open, "disjunction")}?`;
    if (this.isSure) return sends;
    if (sure) return isTouch() ? "Tap what you mean." : "Enter takes the marked one.";
    return line.rest.length
      ? `No option takes these words. There is still: ${names(line.rest, "conjunction")}.`
      : "This command has no more options. Take these words away to send it.";
  }
}
