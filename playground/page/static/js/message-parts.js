// The parts of a message that every message has, or that stand around its text. Each is drawn from
// the view, the message and its look; null stands for a part that is not there.

import {h} from "./dom.js";
import {drawDots} from "./dots.js";
import {drawText} from "./richtext.js";
import {drawAvatar, drawBadge} from "./avatar.js";
import {drawTime, fullTime} from "./time.js";
import {icon} from "./icon.js";
import {drawEditor} from "./message-edit.js";
import {opensCard} from "./people-card.js";

// What it answers: another message, or a command.
export function drawAbove(view, message) {
  if (message.reply) return drawReply(view, message.reply);
  if (!message.cause) return null;
  const {cause} = message;
  return h("div", {class: "message-above"},
    drawAvatar({id: cause.id, name: cause.name}, "small"),
    h("span", {}, h("b", {}, cause.name), " used ", h("span", {class: "message-command"}, cause.command)));
}

function drawReply(view, reply) {
  if (reply.gone) {
    return h("div", {class: "message-above"},
      h("i", {}, "Original message was deleted"));
  }
  return h("div", {class: "message-above"},
    drawAvatar(reply.author, "small"),
    h("button", {
      class: "message-answered", type: "button", "data-focus": "reply",
      "aria-label": `Answers ${reply.author.name}. Show that message.`,
      onclick: () => view.list.jump(reply.id),
    },
    h("b", {}, `@${reply.author.name}`),
    h("span", {class: "message-excerpt"}, reply.text
      || h("i", {}, reply.files ? "A file" : "Click to see it"))));
}

export function drawHead(view, message, look) {
  if (message.system) {
    return h("span", {class: "message-sign"}, icon(message.system.kind === "pin" ? "pin" : "thread"));
  }
  const {author} = message;
  const name = {id: view.id("name"), class: "message-name"};
  if (look.grouped) {
    return h("div", {class: "message-aside"},
      h("span", {...name, class: "unseen"}, author.name),
      drawTime(message.at, "clock", {id: view.id("time"), class: "message-time"}));
  }
  const opens = author.webhook ? {} : opensCard(view.pane, author.id); // of a character there is no card
  return h("div", {class: "message-head"},
    h("span", {class: "message-avatar", ...opens}, drawAvatar(author)),
    author.webhook
      ? h("span", name, author.name)
      : h("button", {...name, type: "button", "data-focus": "name", ...opens}, author.name),
    (author.bot || author.webhook) && drawBadge(),
    drawTime(message.at, "head", {id: view.id("time"), class: "message-time"}),
    message.pinned && h("span", {class: "message-pinned", title: "Pinned"},
      icon("pin"), h("span", {class: "unseen"}, "Pinned")));
}

export function drawBody(view, message, look) {
  if (look.editing) return drawEditor(view);
  if (message.system) return drawSystem(view, message);
  if (message.loading) return drawThinking(message);
  if (!message.text.length) return null;
  return h("div", {class: "message-text"}, drawText(view.pane, message.text, drawMarks(message)));
}

const drawMarks = (message) => [
  message.edited && h("span", {class: "message-edited", title: fullTime(message.edited)}, " (edited)"),
  message.deleted && h("span", {class: "message-mark"}, " (deleted)"),
];

function drawThinking(message) {
  return h("div", {class: "message-thinking"},
    drawDots(), `${message.author.name} is thinking…`);
}

// What Discord itself tells: somebody pinned something, or began a thread.
function drawSystem(view, message) {
  const {system} = message;
  const name = h("b", {id: view.id("name")}, message.author.name);
  const time = drawTime(message.at, "head", {id: view.id("time"), class: "message-time"});
  if (system.kind === "start") return drawStart(view, message, name, time);
  const link = (text, act) => h("button",
    {class: "message-link", type: "button", "data-focus": `go-${text}`, onclick: act}, text);
  const tells = system.kind === "pin"
    ? [name, " pinned ", link("a message", () => view.list.jump(system.message)), " to this channel. "]
    : [name, " started a thread: ", system.thread
      ? link(system.name, () => view.pane.go(system.thread))
      : h("b", {}, system.name), ". "];
  return h("div", {class: "message-line"}, tells, time);
}

// The message on which a thread hangs stands at the thread's beginning.
function drawStart(view, message, name, time) {
  const {first} = message.system;
  if (!first) {
    return h("div", {class: "message-line"}, name, " began this thread. ",
      h("i", {}, "Original message was deleted"), " ", time);
  }
  const go = () => view.pane.jump(first.channel, first.id);
  return h("div", {class: "message-start"},
    h("div", {class: "message-line"}, "This thread hangs on ",
      h("button", {class: "message-link", type: "button", "data-focus": "start", onclick: go},
        "a message"), " by ", h("b", {id: view.id("name")}, first.author.name), ". ", time),
    h("div", {class: "message-quoted"}, drawText(view.pane, first.text)));
}

// What only one person sees says so; a card or file tells there what became of it.
export function drawFoot(view, message) {
  const isMarked = (message.edited || message.deleted) && !message.text.length;
  if (!message.ephemeral) return isMarked ? h("div", {}, drawMarks(message)) : null;
  return h("div", {class: "message-foot"},
    icon("eye"), "Only you can see this · ",
    h("button", {
      class: "message-link", type: "button", "data-focus": "dismiss",
      onclick: () => view.list.remove(message),
    }, "Dismiss message"));
}

export function drawFailure(view, _message, look) {
  if (!look.failure) return null;
  return h("p", {class: "message-failure", role: "alert"}, look.failure, " ",
    h("button", {class: "message-link", type: "button", onclick: () => view.fail(null)}, "Dismiss"));
}
