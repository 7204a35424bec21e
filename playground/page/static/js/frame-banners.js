// Sentences across the middle: the connection broke, the bot is away, something was refused.

import {h, fill} from "./dom.js";
import {icon} from "./icon.js";
import {isThread} from "./places.js";

const NOTICE_MS = 8000;

export function drawBanners(pane) {
  const state = h("div", {class: "banners", role: "status"});
  const notice = h("div", {class: "banners", role: "alert"});
  const draw = () => fill(state, sentences(pane).map(([look, text]) =>
    h("p", {class: `banner banner-${look}`}, text)));
  for (const topic of ["online", "bot", "channel", "places"]) pane.on(topic, draw);
  let timer = 0;
  const clear = () => { clearTimeout(timer); fill(notice); };
  pane.on("notice", (text) => {
    clear();
    fill(notice, h("p", {class: "banner banner-refused"}, h("span", {}, text),
      h("button", {class: "banner-close", "aria-label": "Close this notice", onclick: clear}, icon("close"))));
    timer = setTimeout(clear, NOTICE_MS);
  });
  pane.on("channel", clear);
  return [state, notice];
}

function sentences(pane) {
  const channel = pane.find(pane.channel);
  const found = [];
  if (!pane.online && pane.wire.ended) {
    found.push(["away", "The play has ended. make play begins another, at the address it prints."]);
  } else if (!pane.online && pane.me) found.push(["away", "Connecting again… What you typed stays here."]);
  else if (pane.bot && !pane.bot.ready) {
    found.push(["bot", pane.bot.running
      ? "The bot is starting… What you type meanwhile it reads once it is there."
      : "The bot is not running. What you type is said, and nobody answers."]);
  }
  if (channel && isThread(channel) && channel.archived) {
    found.push(["plain", channel.locked
      ? "This thread is archived and locked."
      : "This thread is archived. Writing in it opens it again."]);
  }
  return found;
}
