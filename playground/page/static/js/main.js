// The whole page: one pane, or two side by side; what is kept over a reload.

import {Pane} from "./pane.js";
import {h} from "./dom.js";

const KEY = "troupe-playground";
const app = document.getElementById("app");
const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") ?? {panes: [{}]};

export const panes = [];

function keep() {
  sessionStorage.setItem(KEY, JSON.stringify({panes: panes.map((one) => one.kept)}));
}

function addPane(from) {
  const pane = new Pane(panes.length, from);
  panes.push(pane);
  app.append(pane.root);
  return pane;
}

for (const one of kept.panes) addPane(one);
addEventListener("pagehide", keep);
addEventListener("visibilitychange", keep);
