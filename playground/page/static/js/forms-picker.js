// Selects in a form: what is chosen is sent with the form, not at once.

import {h} from "./dom.js";
import {choicesOf, chosenAtFirst} from "./components-choices.js";
import {drawChooser} from "./components-select.js";
import {wish} from "./forms-options.js";

export function drawPicker(pane, {one, id, least, most, required, described, changed}) {
  let chosen = chosenAtFirst(one);
  const button = drawChooser(pane, {
    key: id, id, least: 0, most, chosen,
    placeholder: one.placeholder,
    searched: !one.options,
    labelledBy: `${id}-label`,
    describedBy: described,
    choices: () => choicesOf(pane, one),
    choose: (ids) => {
      chosen = ids;
      button.dispatchEvent(new Event("change", {bubbles: true}));
      changed();
    },
  });
  return {
    root: h("div", {class: "component-select"}, button),
    focus: () => button.focus(),
    fault: () => {
      if (!chosen.length && !required) return null;
      return chosen.length >= least && chosen.length <= most ? null : wish(least, most);
    },
    read: () => chosen,
    keep: () => chosen,
    mend: (kept) => {
      const there = new Set(choicesOf(pane, one).map((it) => it.id));
      chosen = kept.filter((it) => there.has(it));
      button.show(chosen);
    },
  };
}
