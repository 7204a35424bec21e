// Selects: a button that says what is chosen, and opens a list to choose from. Forms use them too.

import {h, fill} from "./dom.js";
import {choicesOf, chosenAtFirst, span} from "./components-choices.js";
import {List} from "./components-list.js";
import {tellBot} from "./components-state.js";

// A select on a message: what is chosen is sent at once.
export function drawSelect(at, one) {
  const {pane, message, memory} = at;
  const [least, most] = span(one);
  const asked = JSON.stringify(one);
  const key = `${message.id}/${one.custom_id}`;
  const chosen = () => {
    const kept = memory.chosen.get(one.custom_id);
    return kept?.asked === asked ? kept.values : chosenAtFirst(one);
  };
  const choose = async (values) => {
    const before = chosen();
    memory.chosen.set(one.custom_id, {asked, values});
    if (await tellBot(at, "choose", one.custom_id, {values})) return;
    memory.chosen.set(one.custom_id, {asked, values: before});
    pane.root.querySelector(`[data-select="${CSS.escape(key)}"]`)?.show(before);
  };
  return h("div", {class: "component-select", "data-part": one.custom_id}, drawChooser(pane, {
    key, least, most, choose,
    chosen: chosen(),
    isBusy: () => memory.busy.has(one.custom_id),
    focus: `part/${one.custom_id}`,
    placeholder: one.placeholder,
    disabled: one.disabled,
    searched: !one.options,
    choices: () => choicesOf(pane, one),
  }));
}

// A button that opens a list. Told: `key` (its name in the pane), `least` and `most`, `chosen` ids,
// `choices()`, whether it is `searched`, `choose(ids)` to be called when the list closes with others
// chosen than before, `isBusy()` (whether it cannot be opened now), `labelledBy` (an element's id), `describedBy`.
export function drawChooser(pane, told) {
  const face = h("span", {class: "select-face"});
  const id = told.id ?? `select-${pane.number}-${told.key}`;
  const button = h("button", {
    class: "select-button", type: "button", id, disabled: told.disabled,
    "aria-haspopup": "listbox", "aria-expanded": "false", "data-focus": told.focus,
    "data-select": told.key, "aria-describedby": told.describedBy,
    "aria-labelledby": told.labelledBy ? `${told.labelledBy} ${id}` : false,
    onclick: () => toggle(),
    onkeydown: (event) => {
      if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      toggle();
    },
  }, face, h("span", {class: "select-arrow", "aria-hidden": "true"}));
  const current = {...told, choose: (ids) => { button.show(ids); told.choose(ids); }};
  const toggle = () => { if (!told.isBusy?.()) List.toggle(pane, button, current); };
  button.show = (ids) => {
    current.chosen = ids;
    fill(face, faceOf(told, ids));
  };
  button.show(told.chosen);
  List.follow(pane, button, current);
  return button;
}

function faceOf(told, ids) {
  const known = new Map(told.choices().map((one) => [one.id, one]));
  const there = ids.map((id) => known.get(id)).filter(Boolean);
  if (!there.length) {
    return h("span", {class: "select-placeholder"}, told.placeholder ?? "Make a selection");
  }
  const one = (it) => [it.emoji && h("span", {class: "component-emoji"}, it.emoji), it.label];
  if (told.most === 1) return h("span", {class: "select-one"}, one(there[0]));
  return there.map((it) => h("span", {class: "select-chip"}, one(it)));
}
