// The tab "Prompt": the requests that the model was sent last, and of one of them all parts, marked
// by whether they were read from the cache, written to it, or new; tokens, price and the answer.

import {h} from "./dom.js";
import {drawPanel} from "./backstage-tabs.js";
import {drawFacts, drawText, Folds, Region} from "./backstage-region.js";
import {clock, counted, money, number, seconds} from "./backstage-words.js";

const FATES = [["cached", "From cache"], ["written", "Written to cache"], ["fresh", "New"]];
const FATE_NAMES = new Map(FATES);
const WHERE = {form: "Form of the answer", tools: "Tools", system: "Rules", user: "Scene", assistant: "Said by the model"};
const ASKED_FOR = {variants: "Drafts", facts: "Facts"};
const BEGINNING = 90; // characters of a part beside its fold

export class PromptTab {
  name = "prompt";
  title = "Prompt";
  #chosen = null; // the number of a request; null follows the newest
  #sums = new Region("p", {class: "backstage-note"});
  #list = new Region("ol", {class: "asked-list", "aria-label": "Requests, the newest first"});
  #whole = new Region("article", {class: "asked"});
  #folds = new Folds();

  constructor(stage) {
    this.stage = stage;
    this.panel = drawPanel(this.name, this.#sums.element, this.#list.element, this.#whole.element);
  }

  hears(news) {
    return news === "prompt";
  }

  async load() {
    const told = await this.stage.ask("backstage_prompts");
    const {requests} = told;
    const kept = requests.find((one) => one.number === this.#chosen);
    if (!kept) this.#chosen = null;
    const shown = kept ?? requests[0] ?? null;
    const whole = shown && await this.stage.ask("backstage_prompt", {number: shown.number});
    this.#sums.show({...told, requests: null}, sums);
    this.#list.show({requests, shown: shown?.number}, () =>
      requests.map((one) => this.#row(one, one === shown)));
    this.#whole.show(whole, () => whole
      ? this.#drawWhole(whole) : h("p", {class: "hint"}, "The model was asked nothing so far."));
  }

  #row(one, isShown) {
    const choose = () => {
      this.#chosen = one.number;
      this.stage.refresh();
    };
    return h("li", {}, h("button", {
      class: "asked-row", onclick: choose, "aria-current": isShown && "true",
      "data-focus": `asked-${one.number}`,
    },
    h("span", {class: "asked-when"}, clock(one.at)),
    h("span", {class: "asked-what", title: wanted(one)}, wanted(one)),
    h("span", {class: "asked-price"}, one.seconds === null ? "being answered…" : one.tokens
      ? money(one.usd) : "failed"),
    drawBar(one.tokens)));
  }

  #drawWhole(one) {
    const {tokens} = one;
    return [
      h("h3", {class: "asked-title"}, `Request ${one.number}`),
      one.trouble && h("p", {class: "wrong"}, one.trouble),
      drawBar(tokens, "bar-of-parts-large"),
      tokens && drawLegend(tokens),
      drawFacts(facts(one)),
      h("p", {class: "hint"}, one.offline ? OFFLINE : ABOUT),
      drawGroups(one, (part, at) => this.#drawPart(one, part, at)),
      h("h4", {class: "group-title"}, "The answer"),
      this.#folds.draw("answer", {look: "part", isOpen: true},
        [h("span", {class: "part-where"}, "Answer"),
          h("span", {class: "part-tokens"}, tokens ? counted(tokens.output, "token") : "")],
        drawText("Answer", pretty(one.answer) || "Nothing yet.")),
    ];
  }

  #drawPart(one, part, at) {
    const last = at === one.parts.length - 1;
    const where = last && part.where === "user" ? "Request" : WHERE[part.where] ?? part.where;
    const flat = part.text.replace(/\s+/g, " ").trim();
    return this.#folds.draw(last ? "last" : `${part.where}-${at}`,
      {look: `part part-${part.fate ?? "unknown"}`, isOpen: last},
      [h("span", {class: "part-where"}, where),
        h("span", {class: "part-begin"}, flat.slice(0, BEGINNING)),
        h("span", {class: "part-tokens"},
          `${part.fate ? `${FATE_NAMES.get(part.fate).toLowerCase()} · ` : ""}${about(one)}${number(part.tokens)}`)],
      [drawText(where, part.where === "form" ? pretty(part.text) : part.text),
        part.ttl && h("p", {class: "part-mark"},
          `Marked: keep everything up to here for ${part.ttl === "1h" ? "an hour" : "five minutes"}.`)]);
  }
}

const OFFLINE = "The offline narrator answered: it is free, and the price is what Claude would take. "
  + "Tokens are counted roughly, three characters each, and its cache keeps what Claude's would.";
const ABOUT = "The service reports sums only. Which parts they mean is worked out from them, so the "
  + "tokens of each part are about right.";

// What was asked for, so that one can tell requests apart.
function wanted({form, wish: {direction, further, again}}) {
  const what = ASKED_FOR[form] ?? "Something else";
  const how = again ? ", once more" : further && direction ? ", steered" : "";
  return `${what}${how}${direction && `: ${direction}`}`;
}

const about = (one) => one.offline ? "" : "about ";

function sums({paid, offline}) {
  const told = [];
  if (paid.requests) told.push(`Claude was asked ${counted(paid.requests, "time")}: ${spent(paid)}.`);
  if (offline.requests) {
    told.push(`The offline narrator was asked ${counted(offline.requests, "time")}, for free; `
      + `Claude would have taken ${spent(offline)}.`);
  }
  return told.join(" ");
}

function spent({usd, unpriced, prompt, read, output}) {
  const share = prompt ? Math.round(100 * read / prompt) : 0;
  const more = unpriced ? ` and ${counted(unpriced, "answer")} whose price is not known here` : "";
  return `${money(usd)}${more}, for ${number(prompt)} tokens of prompts (${share} % from the cache) `
    + `and ${number(output)} of answers`;
}

function drawBar(tokens, look = "") {
  if (!tokens) return null;
  return h("span", {class: `bar-of-parts ${look}`, "aria-hidden": "true"}, FATES.map(([fate]) => {
    const piece = h("span", {class: `bar-part bar-${fate}`, hidden: tokens[fate] === 0});
    piece.style.flexGrow = tokens[fate];
    return piece;
  }));
}

function drawLegend(tokens) {
  const whole = FATES.reduce((sum, [fate]) => sum + tokens[fate], 0) || 1;
  return h("ul", {class: "legend"}, FATES.map(([fate, name]) => h("li", {},
    h("span", {class: `legend-sign bar-${fate}`, "aria-hidden": "true"}),
    h("span", {class: "legend-name"}, name),
    h("b", {}, number(tokens[fate])),
    h("span", {class: "legend-share"}, `${Math.round(100 * tokens[fate] / whole)} %`))),
  h("li", {}, h("span", {class: "legend-name"}, "Answer"), h("b", {}, number(tokens.output)),
    h("span", {class: "legend-share"}, "tokens")));
}

function facts(one) {
  const came = one.stop ?? (one.seconds === null ? "being written" : "did not end");
  return [
    ["Asked for", wanted(one)],
    ["Price", !one.tokens ? null : one.offline ? `free (Claude: ${money(one.usd)})` : money(one.usd)],
    ["Cached for", keeping(one.tokens)],
    ["Model", one.offline ? `${one.model} (offline)` : one.model],
    ["Asked", clock(one.at)],
    ["Took", one.seconds === null ? null : seconds(one.seconds)],
    ["Stopped", came],
    ["Effort", one.effort ?? null],
    ["At most", one.max_tokens ? `${number(one.max_tokens)} tokens` : null],
    ["Status", one.status ? String(one.status) : null],
    ["Id", one.request_id],
  ];
}

// For how long the service keeps what was written to the cache.
function keeping(tokens) {
  if (!tokens?.written) return null;
  const short = tokens.written_5m;
  const told = [[short, "5 minutes"], [tokens.written - short, "an hour"]].filter(([count]) => count);
  return told.length === 1 ? told[0][1] : told.map(([count, span]) => `${span}: ${number(count)}`).join(", ");
}

// Parts that met the same fate stand together, under its name.
function drawGroups(one, draw) {
  const groups = [];
  one.parts.forEach((part, at) => {
    if (groups.at(-1)?.fate !== part.fate) groups.push({fate: part.fate, parts: [], tokens: 0});
    groups.at(-1).parts.push(draw(part, at));
    groups.at(-1).tokens += part.tokens;
  });
  return groups.map(({fate, parts, tokens}) => h("section", {class: "group"},
    h("h4", {class: "group-title"},
      `${FATE_NAMES.get(fate) ?? "Not told what became of it"}: ${counted(parts.length, "part")}, ${counted(tokens, "token")}`),
    parts));
}

// JSON with its lines and indents; whatever else as it is.
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
