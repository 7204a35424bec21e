// One option of the command that is being filled in: its name and what stands in it.

import {h, fill} from "./dom.js";
import {about} from "./commands.js";
import {ATTACHMENT, hint, named, offered, readText} from "./commands-kinds.js";
import {sizeOf} from "./size.js";
import {refusal} from "./upload.js";

let count = 0;

export class Chip {
  #picked = null; // what was chosen from the list, as long as its text was not changed

  constructor(pane, spec, onchange) {
    this.pane = pane;
    this.spec = spec;
    this.onchange = onchange;
    this.named = false; // whether its name was typed, so that marks around the text are no text
    this.file = null;
    this.id = `option-${++count}`;
    this.listed = Boolean(spec.autocomplete || offered(pane, spec));
    this.field = spec.type === ATTACHMENT ? this.#fileButton() : this.#textField();
    this.grow = h("span", {class: "chip-grow"}, this.field);
    this.field.setAttribute("aria-labelledby", `${this.id}-name ${this.id}-about`);
    this.root = h("span", {class: "chip", "data-option": spec.name},
      h("label", {class: "chip-name", for: this.id, id: `${this.id}-name`}, spec.name),
      h("span", {hidden: true, id: `${this.id}-about`}, about(spec)), this.grow, this.picker);
    this.#fit();
  }

  #textField() {
    const shared = {
      class: "chip-field", id: this.id, autocomplete: "off", spellcheck: "false",
      "aria-required": String(Boolean(this.spec.required)), placeholder: hint(this.spec),
    };
    const field = this.listed
      ? h("input", {...shared, type: "text", role: "combobox", size: 1, "aria-autocomplete": "list", "aria-expanded": "false"})
      : h("textarea", {...shared, rows: 1, cols: 1, inputmode: this.spec.type === 3 ? "text" : "decimal"});
    field.addEventListener("input", () => {
      this.#picked = null;
      if (field.value.includes("\n")) field.value = unbroken(field.value);
      this.#drawn();
    });
    return field;
  }

  #fileButton() {
    this.picker = h("input", {
      type: "file", class: "chip-picker", tabindex: -1, "aria-hidden": "true", onchange: () => {
        if (this.picker.files.length) this.takeFile(this.picker.files[0]);
        this.picker.value = "";
      },
    });
    return h("button", {class: "chip-file", type: "button", id: this.id, onclick: () => this.picker.click()},
      "Choose a file");
  }

  // Put a file into an attachment's option.
  takeFile(file) {
    const wrong = refusal(file);
    this.file = wrong ? null : file;
    fill(this.field, this.file ? `${file.name} (${sizeOf(file.size)})` : "Choose a file");
    this.onchange(this, wrong);
  }

  get text() {
    if (this.spec.type === ATTACHMENT) return this.file?.name ?? "";
    const text = this.field.value;
    if (!this.named) return text;
    return text.match(/^\s*["“„](.*)["”“]\s*$/s)?.[1] ?? text;
  }

  set text(text) {
    if (this.spec.type === ATTACHMENT) return;
    this.field.value = unbroken(text);
    this.#picked = named(offered(this.pane, this.spec) ?? [], text);
    if (this.#picked) this.field.value = this.#picked.label;
    this.#drawn();
  }

  get empty() {
    return !this.text.trim();
  }

  get chosen() {
    return this.#picked !== null;
  }

  // Put in what was chosen from the list.
  pick(item) {
    this.field.value = item.label;
    this.#picked = item;
    this.#drawn();
  }

  #drawn() {
    this.#fit();
    this.mark(false);
    this.onchange(this);
  }

  // Make room for the text.
  #fit() {
    this.grow.dataset.value = this.field.value || this.field.placeholder || "";
  }

  mark(wrong) {
    this.root.classList.toggle("chip-wrong", wrong);
    this.field.setAttribute("aria-invalid", String(wrong));
  }

  // Read what stands here: {value}, {file}, {wrong: sentence}, or null for nothing.
  read() {
    if (this.empty) return this.spec.required ? {wrong: "This option is required."} : null;
    if (this.spec.type === ATTACHMENT) return {file: this.file};
    const all = offered(this.pane, this.spec);
    const chosen = this.#picked ?? named(all ?? [], this.text);
    if (chosen) return {value: chosen.value};
    return all ? {wrong: "Choose one from the list."} : readText(this.spec, this.text);
  }

  // What stands here in a line of text that can be read again.
  get written() {
    return this.#picked?.code ?? (this.spec.type === ATTACHMENT ? "" : this.text);
  }
}

// Options hold no line breaks.
export function unbroken(text) {
  return text.replace(/\s*\n\s*/g, " ");
}
