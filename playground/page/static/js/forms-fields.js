// The fields of a form, one function for each kind. A field is
//   {name, element, focus(), check(), read(), keep(), mend(kept)}
// where `check()` shows what is wrong and tells whether something is, `read()` gives the value that
// is sent (null: none; maybe a promise), and `keep()` and `mend()` carry a draft as JSON.

import {h} from "./dom.js";
import {span} from "./components-choices.js";
import {drawOptions} from "./forms-options.js";
import {drawPicker} from "./forms-picker.js";
import {drawUpload} from "./forms-upload.js";

const LONGEST = 4000;
const PARAGRAPH = 2;
const CHECKBOXES = 22;
const DRAW = {
  3: drawPicker, 4: drawInput, 5: drawPicker, 6: drawPicker, 7: drawPicker, 8: drawPicker,
  19: drawUpload, 21: drawOptions, 22: drawOptions, 23: drawCheckbox,
};
const GROUPS = [19, 21, 22];

export function drawField(pane, told) {
  const {one, id, description} = told;
  const required = one.required ?? true;
  const [least, most] = limits(one, required);
  const described = description ? `${id}-description ${id}-fault` : `${id}-fault`;
  const control = DRAW[one.type](pane, {...told, required, least, most, described});
  const fault = h("p", {class: "form-fault", id: `${id}-fault`});
  const element = frame(told, required, control, fault);
  const say = (sentence) => {
    fault.textContent = sentence ?? "";
    control.mark?.(sentence !== null);
    return sentence !== null;
  };
  element.addEventListener("input", () => { if (fault.textContent) say(control.fault()); });
  element.addEventListener("change", () => { if (fault.textContent) say(control.fault()); });
  return {...control, name: one.custom_id, element, check: () => say(control.fault())};
}

// How many values a field takes. What is not required may also be left empty.
function limits(one, required) {
  const offered = one.type === CHECKBOXES ? one.options.length : 1;
  return span({...one, max_values: one.max_values ?? offered}, required ? 1 : 0);
}

function frame({one, id, label, description}, required, control, fault) {
  const star = required && one.type !== 23 && [
    h("span", {class: "form-needed", "aria-hidden": "true"}, "*"),
    h("span", {class: "unseen"}, "required"),
  ];
  const isGroup = GROUPS.includes(one.type);
  const words = h(isGroup ? "span" : "label",
    {class: "form-label", id: `${id}-label`, for: !isGroup && id}, label, star);
  const about = description && h("p", {class: "form-description", id: `${id}-description`}, description);
  const inRow = one.type === 23;
  return h("div", {
    class: `form-field ${inRow ? "is-row" : ""}`, role: isGroup && (one.type === 21 ? "radiogroup" : "group"),
    "aria-labelledby": isGroup && `${id}-label`,
  }, inRow && control.root, h("div", {class: "form-words"}, words, about), !inRow && control.root, fault);
}

function drawInput(_pane, {one, id, required, described}) {
  const long = one.style === PARAGRAPH;
  const least = one.min_length ?? 0;
  const most = one.max_length ?? LONGEST;
  const input = h(long ? "textarea" : "input", {
    class: "form-input", id, value: one.value ?? "", placeholder: one.placeholder,
    rows: long && 5, type: !long && "text", autocomplete: "off", "aria-required": required && "true",
    "aria-describedby": described,
  });
  const size = () => [...input.value].length;
  const counter = h("span", {class: "form-counter", "aria-hidden": "true"});
  const count = () => {
    counter.textContent = `${size()}/${most}`;
    counter.classList.toggle("is-over", size() > most);
  };
  input.addEventListener("input", count);
  count();
  const fault = () => {
    if (!size()) return required ? "This must be filled in." : null;
    if (size() > most) return `This takes ${most} characters at the most, ${size() - most} fewer.`;
    if (size() < Math.max(least, 1)) return `This takes ${least} characters at least.`;
    return null;
  };
  return {
    root: h("div", {class: "form-text"}, input, one.max_length !== undefined && counter),
    focus: () => input.focus(),
    mark: (wrong) => input.setAttribute("aria-invalid", String(wrong)),
    fault,
    read: () => input.value,
    keep: () => input.value,
    mend: (kept) => { input.value = kept; count(); },
  };
}

function drawCheckbox(_pane, {one, id, described}) {
  const box = h("input", {
    class: "form-check", type: "checkbox", id, checked: Boolean(one.default),
    "aria-describedby": described,
  });
  return {
    root: h("label", {class: "form-tick"}, box),
    focus: () => box.focus(),
    fault: () => null,
    read: () => box.checked,
    keep: () => box.checked,
    mend: (kept) => { box.checked = kept; },
  };
}
