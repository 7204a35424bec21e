// What lists to choose from share: keys move a mark through the options while the focus stays where
// it is, and aria-activedescendant tells the mark to who listens.

// How far a key goes; undefined for all others.
export const STEPS = {ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8};

// Where a step leads from an option (-1: from none): one step goes round, a page stops at the ends.
export function stepped(at, step, count) {
  if (!count) return -1;
  const next = at < 0 && step < 0 ? count - 1 : at + step;
  return Math.abs(step) === 1 ? (next + count) % count : Math.max(0, Math.min(count - 1, next));
}

// Mark one option (-1: none).
//   options  elements with the role and an id of their own
//   holders  the elements that may have the focus
//   selects  whether the marked one counts as chosen: where one may choose several it does not
export function markOption(options, holders, index, {selects = false} = {}) {
  options.forEach((one, at) => {
    one.classList.toggle("is-active", at === index);
    if (selects) one.setAttribute("aria-selected", String(at === index));
  });
  const active = options[index];
  for (const one of holders) {
    if (active) one.setAttribute("aria-activedescendant", active.id);
    else one.removeAttribute("aria-activedescendant");
  }
  active?.scrollIntoView({block: "nearest"});
}
