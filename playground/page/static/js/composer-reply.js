// The bar over the composer that tells which message is being answered.

import {h, fill} from "./dom.js";

export function drawReply(pane) {
  const name = h("strong");
  const bar = h("div", {class: "reply", hidden: true},
    h("span", {class: "reply-words"}, "Replying to ", name),
    h("button", {class: "reply-close", type: "button", "aria-label": "Cancel the reply", onclick: () => pane.answer(null)}));
  pane.on("reply", () => {
    bar.hidden = !pane.reply;
    fill(name, pane.reply?.author.name);
  });
  return bar;
}
