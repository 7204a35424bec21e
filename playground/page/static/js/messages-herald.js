// Tells screen readers what comes, and nothing of what was there or is loaded from further back.

import {h} from "./dom.js";

const KEPT = 5;

export class Herald {
  #list;

  constructor(list) {
    this.#list = list;
    this.root = h("div", {class: "unseen", role: "log", "aria-label": "New messages"});
    list.pane.on("channel", () => this.root.replaceChildren());
  }

  tell(message) {
    if (message.author.id === this.#list.pane.me?.id || message.loading) return;
    const view = this.#list.byId.get(message.id)?.view;
    const parts = view?.element.querySelectorAll(".message-text, .message-rich, .message-components");
    const said = [...parts ?? []].map((one) => plain(one)).join(" ").replace(/\s+/g, " ").trim();
    const whom = message.ephemeral ? `${message.author.name}, to you alone` : message.author.name;
    this.root.append(h("p", {}, `${whom}: ${said || "a file"}`));
    while (this.root.children.length > KEPT) this.root.firstChild.remove();
  }
}

// What is covered stays so.
function plain(element) {
  const copy = element.cloneNode(true);
  for (const one of copy.querySelectorAll(".spoiler:not(.spoiler-shown), [hidden], [inert]")) one.replaceWith("spoiler");
  return copy.textContent;
}
