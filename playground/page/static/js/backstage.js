// Backstage: a drawer at the right of the page, one for all panes. It shows what no writer sees:
// what the model was asked, the log of the shown channel's ballots, and the bot's process. It stands
// beside the panes where there is room, over them where there is little, and alone on a phone.

import {h, fill} from "./dom.js";
import {drawTabs} from "./backstage-tabs.js";
import {BallotTab} from "./backstage-ballot.js";
import {BotTab} from "./backstage-bot.js";
import {PromptTab} from "./backstage-prompt.js";
import {keep, kept} from "./keep.js";
import {withKeys} from "./pointer.js";

class Backstage {
  #loading = false;
  #again = false;

  // panes: whose backstage; behind: what it covers on a phone.
  constructor(panes, behind) {
    this.panes = panes;
    this.behind = behind;
    this.isOpen = false;
    this.tabs = [new PromptTab(this), new BallotTab(this), new BotTab(this)];
    this.tab = this.tabs.find((one) => one.name === kept("backstage-tab")) ?? this.tabs[0];
    this.wrong = h("p", {class: "wrong backstage-wrong", role: "alert"});
    this.root = h("aside", {class: "backstage", "aria-label": "Backstage", hidden: true},
      h("header", {class: "backstage-head"},
        h("h2", {}, "Backstage"),
        h("button", {
          class: "tool", "aria-label": "Close backstage", title: withKeys("Close", "Esc"), "data-focus": "close",
          onclick: () => this.close(),
        }, "✕")),
      drawTabs(this.tabs, () => this.tab, (tab) => this.choose(tab)),
      this.wrong,
      this.tabs.map((one) => one.panel));
    this.#listen();
  }

  #listen() {
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // nothing else is meant
      this.close();
    });
    addEventListener("resize", () => this.#cover());
    const {panes} = this;
    panes.on("backstage", (news) => {
      if (this.tab.hears(news)) this.refresh();
    });
    panes.on("active", () => this.refresh());
    panes.on("any", (pane, topic) => {
      if (pane === panes.active && (topic === "channel" || topic === "online")) this.refresh();
    });
  }

  get pane() {
    return this.panes.active;
  }

  // Whether there is a backstage at all.
  get isThere() {
    return this.pane?.bot?.backstage === true;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    if (!this.isThere) return;
    this.before = document.activeElement;
    this.#set(true);
    this.root.querySelector("[role=tab][tabindex='0']").focus();
    this.refresh();
  }

  close() {
    const at = document.activeElement;
    const goesBack = this.root.contains(at) || at?.dataset.focus === "backstage";
    this.#set(false);
    if (goesBack) this.#goBack();
  }

  // To where the focus was; the button that was pressed is drawn anew, or was in a menu.
  #goBack() {
    const buttons = document.querySelectorAll("[data-focus=backstage], .bar [aria-label=More]");
    const to = [this.before, ...buttons].find((one) => one?.isConnected && one.checkVisibility());
    to?.focus({preventScroll: true});
  }

  #set(isOpen) {
    this.isOpen = isOpen;
    this.root.hidden = !isOpen;
    this.#cover();
    this.panes.tell("backstage-open");
  }

  // Where it is alone on the screen (css/narrow.css), what lies below cannot be reached.
  #cover() {
    const covers = this.isOpen && getComputedStyle(this.root).position === "fixed";
    for (const one of this.behind) one.inert = covers;
  }

  choose(tab) {
    this.tab = tab;
    keep("backstage-tab", tab.name);
    fill(this.wrong);
    this.refresh();
  }

  ask(act, asked) {
    return this.pane.ask(act, asked);
  }

  // Show the chosen tab as things are now. Asked for again meanwhile, it is done once more.
  async refresh() {
    if (!this.isOpen) return;
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    try {
      await this.tab.load();
      fill(this.wrong);
    } catch (error) {
      fill(this.wrong, error.message);
    }
    this.#loading = false;
    if (this.#again) {
      this.#again = false;
      this.refresh();
    }
  }
}

// The drawer; its place is beside the panes.
export function drawBackstage(panes, behind) {
  panes.backstage = new Backstage(panes, behind);
  return panes.backstage.root;
}

// Opens the drawer, or closes it; null where there is no backstage.
export function drawBackstageButton(panes, look = "tool tool-wide") {
  const backstage = panes.backstage;
  return backstage?.isThere ? h("button", {
    class: look, "data-focus": "backstage", onclick: () => backstage.toggle(), "aria-expanded": String(backstage.isOpen),
    "aria-keyshortcuts": "Alt+B", title: withKeys("What the model was asked, ballots' logs, the bot", "Alt+B"),
  }, "Backstage") : null;
}
