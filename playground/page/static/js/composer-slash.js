// Slash commands in the composer: from the "/" that somebody types to the bot's answer.

import {CommandLine} from "./commands-line.js";
import {about, fitting, flatten} from "./commands.js";
import {dropCommand} from "./composer-drafts.js";
import {readLine, recall} from "./commands-read.js";
import {withFiles} from "./upload.js";

export class Slash {
  #commands = null; // a promise of the commands that are offered here
  #deciding = false; // what Enter does is not known yet

  constructor(composer) {
    this.composer = composer;
    this.pane = composer.pane;
    this.choices = composer.choices;
    this.line = new CommandLine(this.pane, this.choices, {
      leave: () => this.#leave(), run: () => this.run(), change: () => composer.keep(),
    });
  }

  // Whether a command is being filled in.
  get open() {
    return this.line.open;
  }

  // Elsewhere, or for somebody else, other commands are offered.
  forget() {
    this.#commands = null;
  }

  end() {
    this.line.end();
  }

  // A failure is not kept: the connection comes back.
  #asked() {
    const asked = this.#commands ?? this.pane.ask("commands", {channel: this.pane.channel}).then(flatten);
    this.#commands = asked;
    asked.catch(() => { if (this.#commands === asked) this.forget(); });
    return asked;
  }

  #offered() {
    return this.#asked().catch(() => []);
  }

  // --- from words to a command -------------------------------------------------------------------

  // Show the commands that fit to what is typed.
  async suggest(text) {
    const {input} = this.composer;
    if (text === "/") this.forget();
    const commands = await this.#offered();
    if (input.value !== text || this.open || document.activeElement !== input) return;
    const items = fitting(commands, text.slice(1)).map((command) => ({
      label: `/${command.path}`, detail: about(command), command,
    }));
    if (!items.length) this.choices.hide();
    else this.choices.show(input, {items, pick: ({command}) => this.#begin({command})});
  }

  // A space after a whole command begins to fill it in. Whoever types quickly may be further by the
  // time that the commands are known; what they typed goes where it belongs.
  async space(text) {
    if (!text.startsWith("/")) return;
    const path = text.slice(1, -1).toLowerCase();
    const commands = await this.#offered();
    const now = this.composer.input.value;
    if (this.open || !now.startsWith(text) || !commands.some((one) => one.path === path)) return;
    const found = readLine(now, commands);
    if (!found.command) return;
    this.#begin(found);
    this.line.resume(Object.keys(found.given).at(-1));
  }

  // A whole line becomes a command that is being filled in, if it is one. With `bare` a command without
  // any option does, too; with `kept` the line only stands for that draft.
  async take(text, {focus = true, bare = false, kept = null} = {}) {
    if (!text.startsWith("/")) return;
    const {key} = this.composer;
    const commands = await this.#offered();
    const found = kept ? recall(kept, commands) : readLine(text.trim(), commands);
    if (!found?.command || this.composer.key !== key || this.composer.input.value !== text) return;
    if (bare || kept || found.words || Object.keys(found.given).length) this.#begin(found, focus);
  }

  // Enter at a line that begins with a slash. Returns "words" if it is to be said after all.
  async enter(text) {
    if (this.#deciding) return "";
    this.#deciding = true;
    try {
      const commands = await this.#asked();
      return this.composer.input.value === text ? this.#decide(text, commands) : "";
    } catch (error) {
      // Whether it is a command is not known, so it is not said either.
      this.composer.notes.problem(error.message);
      return "";
    } finally {
      this.#deciding = false;
    }
  }

  #decide(text, commands) {
    const found = readLine(text.trim(), commands);
    if (!found && !this.choices.open) return "words";
    if (found?.command) {
      const bare = text.trim().toLowerCase() === `/${found.command.path}`;
      this.#begin(found);
      if (!bare || !found.command.options.some((one) => one.required)) this.run();
    } else if (this.choices.open) this.#begin({command: fitting(commands, text.slice(1))[0]});
    else this.composer.notes.problem(found.wrong);
    return "";
  }

  #begin({command, ...told}, focus = true) {
    const {input} = this.composer;
    const here = focus || document.activeElement === input; // which is hidden now
    this.choices.hide();
    input.value = "";
    this.line.begin(command, told);
    this.composer.show();
    if (here) this.line.focus();
  }

  // --- from a command to an answer ---------------------------------------------------------------

  // Back to words.
  #leave() {
    const {root, input} = this.composer;
    const had = root.contains(document.activeElement);
    this.end();
    this.composer.resume();
    if (had || document.activeElement === document.body) input.focus();
  }

  // Send the command, if all is there that it takes.
  async run() {
    const {line, pane, composer} = this;
    const told = line.busy ? null : line.read();
    if (!told) return;
    const [key, command, channel] = [composer.key, line.command, pane.channel];
    const here = () => composer.key === key && line.command === command;
    composer.notes.problem("");
    composer.notes.working("Sending…");
    this.choices.hide();
    line.busy = true;
    composer.box.focus({preventScroll: true});
    pane.tell("present"); // where the answer will stand
    try {
      const options = await withFiles(told);
      await pane.interact("slash", {channel, command: command.path, options});
      if (here()) this.#leave();
      else dropCommand(pane, key);
    } catch (error) {
      if (here()) this.#failed(error.message);
      else pane.tell("notice", `/${command.path}: ${error.message}`);
    } finally {
      composer.notes.working("");
    }
  }

  #failed(sentence) {
    this.line.busy = false;
    this.composer.notes.problem(sentence);
    this.line.focus();
  }
}
