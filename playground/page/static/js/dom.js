// Building the page's elements. Text always becomes a text node, so nothing a message says can be
// read as markup; there is no other way to put content on the page.

// h("button", {class: "x", onclick: f, "aria-label": "Send"}, "text", child, [more children])
// Properties that begin with "on" are listeners; false, null and undefined leave an attribute out.
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  return children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false);
}

export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

// Fill an element anew; whoever had the focus inside has it again, if there is something with the
// same data-focus key.
export function refill(element, ...children) {
  const key = focusIn(element);
  fill(element, ...children);
  refocus(element, key);
  return element;
}

function focusIn(element) {
  if (!element.contains(document.activeElement)) return undefined;
  return document.activeElement.closest("[data-focus]")?.dataset.focus;
}

function refocus(element, key) {
  if (key === undefined) return;
  element.querySelector(`[data-focus="${CSS.escape(key)}"]`)?.focus({preventScroll: true});
}
