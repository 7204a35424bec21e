// What is offered over the options line: an option's description, what it takes, and further options.

import {h} from "./dom.js";
import {about} from "./commands.js";
import {Completion} from "./commands-complete.js";
import {matching, offered} from "./commands-kinds.js";

export class Offers {
  constructor(pane, choices) {
    this.pane = pane;
    this.choices = choices;
    this.completion = new Completion(pane);
  }

  end() {
    this.completion.drop();
    this.choices.hide();
  }

  // Show what an option takes. What was chosen already is not offered anew, unless one asks.
  option(chip, {command, others, anew}, pick) {
    const title = titled(chip.spec, h("span", {class: "choices-about"}, about(chip.spec)));
    const show = (found) => this.choices.show(chip.field, {title, pick, ...found});
    this.completion.drop();
    if (!chip.listed || (chip.chosen && !anew)) show({});
    else if (chip.spec.autocomplete) this.completion.ask(this.#question(chip, command, others), show);
    else show(this.#items(chip, chip.chosen ? "" : chip.text));
  }

  // Say what is wrong with an option.
  explain(chip, sentence) {
    chip.mark(true);
    const title = titled(chip.spec, h("span", {class: "choices-wrong", role: "alert"}, sentence));
    this.show(chip.field, {title});
  }

  // Show what is known at once.
  show(field, found) {
    this.completion.drop();
    this.choices.show(field, found);
  }

  #items(chip, typed) {
    const items = matching(offered(this.pane, chip.spec), typed);
    return {items, note: items.length ? "" : "No options match."};
  }

  #question(chip, command, others) {
    const filled = others.map((one) => [one.spec, one.read()]).filter(([, found]) => found && "value" in found);
    const options = Object.fromEntries(
      filled.map(([spec, {value}]) => [spec.name, {type: spec.type, value}]));
    return {channel: this.pane.channel, command: command.path, option: chip.spec.name, typed: chip.text, options};
  }
}

function titled(spec, ...rest) {
  return [h("strong", {}, spec.name), " ", ...rest];
}
