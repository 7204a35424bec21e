// Groups of radio buttons and of checkboxes in a form.

import {h} from "./dom.js";

const RADIO = 21;

export function drawOptions(_pane, {one, id, least, most, required, described}) {
  const single = one.type === RADIO;
  const boxes = one.options.map((option, index) => h("input", {
    class: "form-check", type: single ? "radio" : "checkbox", name: id, id: `${id}-${index}`,
    value: option.value, checked: Boolean(option.default),
    "aria-describedby": index === 0 ? described : false,
  }));
  const rows = one.options.map((option, index) => h("label", {class: "form-option"},
    boxes[index], h("span", {class: "form-option-words"}, option.label,
      option.description && h("small", {}, option.description))));
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  // Beyond the most, no further box can be ticked.
  const limit = () => {
    if (single) return;
    const full = chosen().length >= most;
    for (const box of boxes) box.disabled = full && !box.checked;
  };
  const fault = () => {
    const count = chosen().length;
    if (!count && !required) return null;
    if (single) return count ? null : "Choose one.";
    return count >= least && count <= most ? null : wish(least, most);
  };
  const root = h("div", {class: "form-options", onchange: limit}, rows);
  limit();
  return {
    root,
    focus: () => (boxes.find((box) => box.checked) ?? boxes[0]).focus(),
    fault,
    read: () => single ? chosen()[0] ?? null : chosen(),
    keep: chosen,
    mend: (kept) => {
      for (const box of boxes) box.checked = kept.includes(box.value);
      limit();
    },
  };
}

// What to say when too few or too many were chosen.
export function wish(least, most, noun = "") {
  const word = noun && ` ${noun}`;
  if (least === most) return `Choose ${least}${word}.`;
  return least > 0 ? `Choose ${least} to ${most}${word}.` : `Choose ${most}${word} at the most.`;
}
