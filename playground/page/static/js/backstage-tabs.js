// Tabs as screen readers know them: one stop for the Tab key, arrows between them.

import {h} from "./dom.js";

// tabs: each has a name, a title and a panel; chosen() tells which is shown, choose(tab) shows one.
export function drawTabs(tabs, chosen, choose) {
  const buttons = tabs.map((tab) => h("button", {
    class: "backstage-tab", role: "tab", id: `backstage-tab-${tab.name}`,
    "aria-controls": `backstage-${tab.name}`, onclick: () => show(tab),
  }, tab.title));
  const mark = () => tabs.forEach((tab, at) => {
    const is = tab === chosen();
    buttons[at].setAttribute("aria-selected", String(is));
    buttons[at].tabIndex = is ? 0 : -1;
    tab.panel.hidden = !is;
  });
  const show = (tab) => { choose(tab); mark(); };
  const list = h("div", {class: "backstage-tabs", role: "tablist", "aria-label": "Backstage"}, buttons);
  list.addEventListener("keydown", (event) => {
    const to = steps[event.key]?.(tabs.indexOf(chosen()), tabs.length);
    if (to === undefined) return;
    event.preventDefault();
    show(tabs[to]);
    buttons[to].focus();
  });
  mark();
  return list;
}

const steps = {
  ArrowLeft: (at, count) => (at + count - 1) % count,
  ArrowRight: (at, count) => (at + 1) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

export function drawPanel(name, ...children) {
  return h("section", {
    class: "backstage-panel", role: "tabpanel", id: `backstage-${name}`,
    "aria-labelledby": `backstage-tab-${name}`, tabindex: "0",
  }, children);
}
