// The bar over the whole page: who plays, and what concerns all of the page.

import {h, refill} from "./dom.js";
import {drawBackstageButton} from "./backstage.js";
import {openHelp} from "./frame-help.js";
import {icon} from "./icon.js";
import {openPopover} from "./popover.js";
import {drawPeople} from "./people.js";
import {isTouch, withKeys} from "./pointer.js";
import {openSwitcher} from "./switcher.js";

const THEMES = [["system", "System"], ["light", "Light"], ["dark", "Dark"]];

export function drawBar(panes) {
  const tabs = h("div", {class: "tabs", role: "group", "aria-label": "Views"});
  const tools = h("div", {class: "bar-tools"});
  const drawTabs = () => {
    refill(tabs, panes.isSplit && panes.list.map((one) => drawTab(panes, one)));
  };
  const draw = () => {
    drawTabs();
    refill(tools, drawTools(panes));
  };
  for (const topic of ["panes", "active", "bot", "backstage-open"]) panes.on(topic, draw);
  panes.on("any", (_pane, topic) => {
    if (topic !== "unread") drawTabs();
  });
  draw();
  return h("header", {class: "bar"}, drawPeople(panes), tools, tabs);
}

// On a phone one of two views is shown; these choose which.
function drawTab(panes, pane) {
  const channel = pane.find(pane.channel);
  return h("button", {
    class: "tab", "data-focus": `tab-${pane.number}`, "aria-pressed": String(pane === panes.active), onclick: () => panes.activate(pane),
    "aria-label": pane.root.getAttribute("aria-label"),
  }, pane.me?.name ?? "…", channel && h("span", {class: "tab-place"}, channel.name));
}

function drawTools(panes) {
  const split = () => panes.toggleSplit();
  return [
    h("button", {
      class: "tool tool-wide", "data-focus": "go", onclick: () => openSwitcher(panes), "aria-keyshortcuts": "Control+K",
      title: withKeys("Go to a channel, thread or person", "Ctrl+K"),
    }, "Go to…"),
    h("button", {
      class: "tool tool-wide", "data-focus": "split", onclick: split, "aria-pressed": String(panes.isSplit),
      "aria-keyshortcuts": "Alt+S", title: withKeys("Two people side by side", "Alt+S"),
    }, "Split view"),
    drawBackstageButton(panes),
    h("button", {
      class: "tool", "data-focus": "more", "aria-label": "More", title: "More", "aria-haspopup": "dialog",
      onclick: (event) => openPopover(event.currentTarget, "More", (close) => drawMore(panes, split, close)),
    }, icon("more")),
  ];
}

function drawMore(panes, split, close) {
  const then = (act) => () => { close(); act(); };
  return h("div", {class: "menu"},
    h("button", {class: "menu-item menu-narrow", onclick: then(() => openSwitcher(panes))}, "Go to…"),
    h("button", {class: "menu-item menu-narrow", onclick: then(split)},
      panes.isSplit ? "One view" : "Split view"),
    panes.backstage?.isThere && h("button", {
      class: "menu-item menu-narrow", onclick: then(() => panes.backstage.open()),
    }, "Backstage"),
    drawTheme(),
    h("button", {class: "menu-item", onclick: then(openHelp)},
      isTouch() ? "How to play" : ["How to play, keys", h("kbd", {}, "?")]));
}

function drawTheme() {
  const now = document.documentElement.dataset.themeChoice;
  const choose = (value) => document.dispatchEvent(new CustomEvent("theme", {detail: value}));
  return h("fieldset", {class: "menu-theme"}, h("legend", {}, "Colours"),
    THEMES.map(([value, name]) => h("label", {class: "choice"}, h("input", {
      type: "radio", name: "theme", value, checked: value === now, onchange: () => choose(value),
    }), name)));
}
