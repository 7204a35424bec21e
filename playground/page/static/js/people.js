// The people bar: who one is now.

import {h, fill} from "./dom.js";

export function drawPeople(pane) {
  const bar = h("div", {class: "people", role: "group", "aria-label": "Who you are"});
  const draw = () => fill(bar, pane.people.map((one) => h("button", {
    onclick: () => pane.become(one.id), "aria-pressed": String(one.id === pane.me?.id),
  }, one.name)));
  pane.on("me", draw);
  pane.on("places", draw);
  return bar;
}
