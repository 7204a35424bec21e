// The tab "Bot": its process, the last lines of its log, and buttons that end and start it, so that
// one can see what a power cut under an open ballot does.

import {h, fill} from "./dom.js";
import {drawPanel} from "./backstage-tabs.js";
import {drawFacts, Region} from "./backstage-region.js";
import {clock, counted} from "./backstage-words.js";
import {sizeOf} from "./size.js";

const DOING = {restart: "Killing the bot and starting it again…", stop: "Telling the bot to close…", start: "Starting the bot…"};

export class BotTab {
  name = "bot";
  title = "Bot";
  #state = new Region();
  #log = new Region("pre", {class: "bot-log", tabindex: "0", "aria-label": "The bot's log"});
  #doing = h("p", {class: "hint", role: "status"});

  constructor(stage) {
    this.stage = stage;
    this.panel = drawPanel(this.name, this.#state.element, this.#doing,
      h("h3", {class: "group-title"}, "The end of its log"), this.#log.element);
  }

  hears(news) {
    return news === "bot" || news === "prompt";
  }

  async load() {
    const told = await this.stage.ask("backstage_bot");
    this.#state.show({...told, lines: null}, () => this.#draw(told));
    const log = this.#log.element;
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    this.#log.show(told.lines, () => told.lines.join("\n") || "Nothing.");
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  #draw(told) {
    return [
      h("p", {class: "ballot-state"}, sentence(told)),
      drawFacts([
        ["Process", told.running ? String(told.pid) : null],
        ["Since", told.running ? clock(told.since) : null],
        ["Memory", told.memory === null ? null : sizeOf(told.memory)],
        ["In", counted(told.servers, "server")],
        ["Log", told.log],
      ]),
      h("div", {class: "bot-buttons"},
        this.#button(told, "restart", "Restart", told.running,
          "Kill it as a power cut would, and start it again on the same database"),
        told.running
          ? this.#button(told, "stop", "Stop", true, "Have it close in order, and stay away")
          : this.#button(told, "start", "Start", true, "Start it on the same database")),
    ];
  }

  #button(told, deed, name, can, title) {
    return h("button", {
      class: `button ${deed === "start" ? "" : "button-plain bot-button"}`, title,
      disabled: told.busy || !can, "data-focus": `bot-${deed === "start" ? "stop" : deed}`,
      onclick: () => this.#steer(deed),
    }, name);
  }

  async #steer(deed) {
    fill(this.#doing, DOING[deed]);
    const done = this.stage.ask("backstage_steer", {deed});
    this.stage.refresh();
    try {
      await done;
      fill(this.#doing);
    } catch (error) {
      fill(this.#doing, error.message);
    }
    this.stage.refresh();
  }
}

function sentence({running, ready, wanted, busy}) {
  if (running && ready) return "The bot runs and is connected.";
  if (running) return "The bot is starting, or closing.";
  if (busy) return "The bot is about to start.";
  return wanted ? "The bot ended by itself. Its log may tell why." : "The bot was stopped.";
}
