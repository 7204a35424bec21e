// Forms that pop up (modals). A form lies over its own pane alone: beside it, another person's pane
// stays usable. What was typed and not sent is kept, and is there when the same form opens again.

import {h, fill} from "./dom.js";
import {List} from "./components-list.js";
import {drawDots} from "./dots.js";
import {drawText} from "./richtext.js";
import {drawField} from "./forms-fields.js";

const FOCUSABLE = "button:not(:disabled, [tabindex='-1']), input:not(:disabled), textarea, select, a[href]";
const ROW = 1;
const TEXT = 10;
const LABEL = 18;

export function drawForms(pane) {
  const dialog = h("dialog", {class: "form", "aria-labelledby": `form-title-${pane.number}`});
  const layer = h("div", {class: "form-layer", hidden: true}, dialog);
  let form = null;
  // Close the form that is shown, or a certain one if it is shown still.
  const close = (which = form) => {
    if (!form || which !== form) return;
    const {opener} = form;
    form = null;
    List.end(pane);
    dialog.close();
    fill(dialog);
    layer.hidden = true;
    setInert(pane, layer, false);
    giveBack(pane, opener);
  };
  pane.on("form", (modal, asked) => {
    if (!modal) { close(); return; }
    const shown = new Form(pane, modal, asked?.message, form?.opener ?? openerIn(pane),
      ({done = false} = {}) => { if (done || !shown.busy) close(shown); });
    form = shown;
    List.end(pane);
    fill(dialog, form.element);
    layer.hidden = false;
    if (!dialog.open) dialog.show();
    setInert(pane, layer, true);
    form.begin();
  });
  // Whoever sits here now did not open it.
  pane.on("me", () => { if (form && form.me !== pane.me?.id) close(); });
  dialog.addEventListener("keydown", (event) => keyDown(event, dialog, () => form?.close()));
  // What is dropped beside a field for files is not to go to the composer beneath.
  for (const kind of ["dragenter", "dragleave", "dragover", "drop"]) {
    layer.addEventListener(kind, (event) => { event.preventDefault(); event.stopPropagation(); });
  }
  layer.addEventListener("pointerdown", (event) => { if (event.target === layer) form?.close(); });
  return layer;
}

class Form {
  // close({done}): take it away; not while it is being sent, unless that is done
  constructor(pane, modal, message, opener, close) {
    this.pane = pane;
    this.modal = modal;
    this.me = pane.me?.id;
    this.opener = opener;
    this.busy = false;
    this.close = close;
    this.draft = `form/${this.me}/${message ?? ""}/${modal.custom_id}`;
    this.fields = [];
    this.element = this.#draw();
    this.first = this.#kept();
    this.#restore();
  }

  begin() {
    (this.fields[0]?.focus ?? (() => this.submit.focus()))();
  }

  #draw() {
    const {pane, modal} = this;
    const parts = modal.components.flatMap((one) => this.#part(one));
    this.fault = h("p", {class: "form-fault", role: "alert"});
    this.submit = h("button", {class: "component-button is-primary", type: "submit"},
      h("span", {class: "component-face"}, "Submit"),
      drawDots());
    return h("form", {
      class: "form-body", novalidate: true,
      onsubmit: (event) => { event.preventDefault(); this.#send(); },
      oninput: () => this.#keep(),
      onchange: () => this.#keep(),
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#send();
      },
    },
    h("header", {class: "form-head"},
      h("h2", {id: `form-title-${pane.number}`}, modal.title),
      h("button", {class: "form-close", type: "button", "aria-label": "Close", onclick: () => this.close()})),
    h("div", {class: "form-parts"}, parts,
      h("p", {class: "form-notice"}, `This goes to ${pane.bot.name}. Put no passwords into it.`)),
    h("footer", {class: "form-foot"}, this.fault,
      h("button", {class: "component-button is-plain", type: "button", onclick: () => this.close()}, "Cancel"),
      this.submit));
  }

  #part(one) {
    if (one.type === TEXT) return [h("div", {class: "component-text"}, drawText(this.pane, one.text))];
    if (one.type === LABEL) return [this.#field(one.component, one)];
    if (one.type === ROW) return one.components.map((it) => this.#field(it, it));
    return [];
  }

  #field(one, {label, description}) {
    const field = drawField(this.pane, {
      one, label, description, id: `field-${this.pane.number}-${this.fields.length}`,
      changed: () => this.#keep(),
    });
    this.fields.push(field);
    return field.element;
  }

  async #send() {
    if (this.busy) return;
    const wrong = this.fields.filter((one) => one.check());
    if (wrong.length) { wrong[0].focus(); return; }
    this.#setBusy(true);
    this.fault.textContent = "";
    try {
      const read = await Promise.all(this.fields.map((one) => one.read()));
      const values = this.fields.map((one, at) => [one.name, read[at]]);
      const told = Object.fromEntries(values.filter(([, value]) => value !== null));
      await this.pane.interact("submit", {key: this.modal.key, values: told});
    } catch (error) {
      this.#setBusy(false);
      this.fault.textContent = error.message;
      return;
    }
    delete this.pane.drafts[this.draft];
    this.close({done: true});
  }

  #setBusy(busy) {
    this.busy = busy;
    this.submit.setAttribute("aria-busy", String(busy));
  }

  // --- what was typed and not sent ---------------------------------------------------------------

  #kept() {
    return JSON.stringify(this.fields.map((one) => one.keep()));
  }

  #keep() {
    const values = this.#kept();
    if (values === this.first) delete this.pane.drafts[this.draft];
    else this.pane.drafts[this.draft] = {first: this.first, values};
  }

  // A form that begins otherwise than it did then is about something new.
  #restore() {
    const kept = this.pane.drafts[this.draft];
    if (kept?.first !== this.first) return;
    JSON.parse(kept.values).forEach((one, at) => this.fields[at].mend(one));
  }
}

function setInert(pane, layer, inert) {
  for (const one of pane.root.children) if (!one.contains(layer)) one.inert = inert;
}

// Whom to give the focus back to: the element, and how to find its successor if it is drawn anew.
function openerIn(pane) {
  const element = document.activeElement;
  if (!pane.root.contains(element)) return null;
  const key = element.closest("[data-focus]")?.dataset.focus;
  const message = element.closest("[data-components]")?.dataset.components;
  return {element, key, message};
}

function giveBack(pane, opener) {
  const again = opener?.key && opener.message && pane.root.querySelector(
    `[data-components="${opener.message}"] [data-focus="${CSS.escape(opener.key)}"]`);
  const there = opener?.element.isConnected && opener.element;
  (there || again)?.focus({preventScroll: true});
  // It may be disabled by now, or gone.
  if (document.activeElement === document.body) pane.tell("write");
}

function keyDown(event, dialog, close) {
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key === "Tab") {
    const all = [...dialog.querySelectorAll(FOCUSABLE)].filter((one) => one.checkVisibility());
    const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
    if (document.activeElement !== from) return;
    event.preventDefault();
    to.focus();
  }
}
