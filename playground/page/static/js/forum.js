// A forum: its posts below each other, and how one begins a new one.

import {h, fill, refill} from "./dom.js";
import {icon} from "./icon.js";
import {once} from "./once.js";
import {isForum} from "./places.js";
import {drawTime} from "./time.js";

export function drawForum(pane) {
  const list = h("ol", {class: "posts"});
  const begin = h("div", {class: "post-new"});
  const show = () => {
    const forum = shown(pane);
    if (!forum) return;
    const posts = pane.places.threadsOf(forum.id);
    refill(list, posts.length ? posts.map((one) => drawPost(pane, forum, one))
      : h("li", {class: "posts-none"}, "No posts yet."));
  };
  pane.on("channel", () => {
    if (shown(pane)) fill(begin, drawBegin(pane, begin));
    show();
  });
  pane.on("places", show);
  pane.on("unread", show);
  return [begin, list];
}

function shown(pane) {
  const channel = pane.find(pane.channel);
  return channel && isForum(channel) ? channel : null;
}

function drawPost(pane, forum, post) {
  const tags = forum.available_tags.filter((one) => post.tags.includes(one.id));
  return h("li", {}, h("button", {
    class: `post${post.unread ? " post-unread" : ""}`, "data-focus": `post-${post.id}`,
    onclick: () => pane.go(post.id),
  },
  tags.length > 0 && h("span", {class: "post-tags"},
    tags.map((one) => h("span", {class: "role"}, one.name))),
  h("strong", {class: "post-title"}, post.name,
    post.archived && [" ", h("span", {class: "mark"}, post.locked ? "Locked" : "Archived")]),
  post.excerpt && h("span", {class: "post-excerpt"}, post.excerpt),
  h("span", {class: "post-facts"},
    h("span", {}, icon("thread"), ` ${post.count}`), drawTime(post.active, "ago"),
    post.unread > 0 && h("span", {class: "post-fresh"}, `${post.unread} new`))));
}

function drawBegin(pane, place) {
  const forum = shown(pane);
  if (!forum.write) return h("p", {class: "hint"}, "You may read here, and not post.");
  const open = () => {
    fill(place, drawForm(pane, forum, () => fill(place, drawBegin(pane, place))));
    place.querySelector("input")?.focus();
  };
  return h("button", {class: "button", onclick: open}, "New post");
}

function drawForm(pane, forum, close) {
  const title = h("input", {class: "field", maxlength: 100, placeholder: "Title", "aria-label": "Title"});
  const text = h("textarea", {class: "field", rows: 4, maxlength: 4000, placeholder: "Enter a message…",
    "aria-label": "First message"});
  const wrong = h("p", {class: "wrong", role: "alert"});
  const tags = forum.available_tags.map((one) => [one.id, h("input", {type: "checkbox"})]);
  const send = once(wrong, async () => {
    const id = await pane.ask("post", {
      channel: forum.id, name: title.value, text: text.value,
      tags: tags.filter(([, box]) => box.checked).map(([tag]) => tag),
    });
    close();
    await pane.go(id);
  });
  const names = new Map(forum.available_tags.map((one) => [one.id, one.name]));
  return h("form", {class: "post-form", onsubmit: send}, title, text,
    tags.length > 0 && h("div", {class: "post-choices"}, tags.map(([tag, box]) =>
      h("label", {class: "choice"}, box, names.get(tag)))),
    wrong,
    h("div", {class: "post-send"},
      h("button", {class: "button"}, "Post"),
      h("button", {class: "button button-plain", type: "button", onclick: close}, "Cancel")));
}
