// The tab "Ballots": what happened to the ballots of the channel that is shown, the newest first.

import {h} from "./dom.js";
import {drawPanel} from "./backstage-tabs.js";
import {drawText, Folds, Region} from "./backstage-region.js";
import {clock, counted} from "./backstage-words.js";

export class BallotTab {
  name = "ballot";
  title = "Ballots";
  #region = new Region();
  #folds = new Folds();
  #channel = null; // id of the one whose ballots are shown or on their way
  #waits = true;

  constructor(stage) {
    this.stage = stage;
    this.panel = drawPanel(this.name, this.#region.element);
    this.#region.show({waits: null}, drawLoading);
  }

  hears(news) {
    return news === "ballot";
  }

  async load() {
    const {pane} = this.stage;
    const channel = pane.find(pane.channel);
    if (channel) this.#wait(channel.id);
    try {
      const told = channel && await this.stage.ask("backstage_ballot", {channel: channel.id});
      this.#waits = false;
      this.#region.show({told, channel: channel?.id}, () => this.#draw(told, channel));
    } finally {
      if (this.#waits) this.#region.show({}, () => []); // why is told above
    }
  }

  // Nothing of another channel stands there until this one's ballots are told.
  #wait(channel) {
    if (channel === this.#channel && !this.#waits) return;
    this.#channel = channel;
    this.#waits = true;
    this.#region.show({waits: channel}, drawLoading);
  }

  #draw(told, channel) {
    if (!channel) return h("p", {class: "hint"}, "No channel is shown.");
    if (!told) return h("p", {class: "hint"}, `No story is played in ${channel.name}.`);
    const [newest, ...earlier] = told.ballots;
    return [
      h("p", {class: "backstage-note"}, `“${told.title}”, ${told.branch}. `
        + "Writers never see who approves of what, nor who wrote a draft of their own."
        + (told.offline ? " The offline narrator is free; its prices are what Claude would take." : "")),
      newest ? this.#drawBallot(newest) : h("p", {class: "hint"}, "There was no ballot here yet."),
      drawWork(told),
      earlier.length > 0 && h("h3", {class: "group-title"}, "Earlier"),
      earlier.map((one) => this.#folds.draw(`ballot-${one.id}`, {look: "part"},
        [h("span", {class: "part-where"}, `Ballot ${one.id}`),
          h("span", {class: "part-begin"}, one.state)],
        this.#drawLog(one))),
    ];
  }

  #drawBallot(one) {
    return h("section", {class: "ballot-log"},
      h("h3", {class: "asked-title"}, `Ballot ${one.id}`, one.live && h("span", {class: "mark"}, "Live")),
      h("p", {class: "ballot-state"}, one.state),
      this.#drawLog(one));
  }

  #drawLog(one) {
    return [
      one.variants.map((variant) => this.#drawVariant(one, variant)),
      h("h4", {class: "group-title"}, "What happened"),
      drawMoments(one.past),
      h("p", {class: "hint"}, "Of each person only the last press is kept, with how they vote since."),
      one.ahead.length > 0 && [h("h4", {class: "group-title"}, "What comes by itself"), drawMoments(one.ahead)],
    ];
  }

  #drawVariant(ballot, one) {
    const by = one.author ? `by ${one.author}, unsigned on the card` : "";
    const votes = one.approved_by.length ? `approved by ${one.approved_by.join(", ")}` : "no approval";
    return this.#folds.draw(`variant-${ballot.id}-${one.label}`,
      {look: `part variant ${one.state === "won" ? "variant-won" : ""}`},
      [h("b", {class: "part-where"}, one.label),
        h("span", {class: "part-begin"}, one.angle),
        h("span", {class: "part-tokens"}, [by, one.state, votes].filter(Boolean).join(" · "))],
      drawText(`draft ${one.label}`, one.text));
  }
}

function drawLoading() {
  return h("p", {class: "hint", role: "status"}, "Loading…");
}

function drawMoments(moments) {
  return h("ol", {class: "timeline"}, moments.map((one) => h("li", {},
    h("time", {datetime: new Date(one.at * 1000).toISOString()}, clock(one.at)),
    h("span", {class: "timeline-text"}, one.text))));
}

// What the bot will do by itself in this channel, and what must still appear.
function drawWork({tasks, posts, waiting}) {
  return [
    h("h3", {class: "group-title"}, "Still to be done here"),
    tasks.length + waiting === 0 && h("p", {class: "hint"}, "Nothing."),
    tasks.length > 0 && drawMoments(tasks),
    waiting > 0 && h("p", {class: "backstage-note"}, `${counted(waiting, "post")} to be sent:`),
    posts.length > 0 && h("ul", {class: "posts-due"}, posts.map((one) => h("li", {}, one))),
  ];
}
