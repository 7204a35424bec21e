// Asks the bot what an option may be, while one types. Only the newest question's answer counts.

const PAUSE_MS = 150;

export class Completion {
  #asked = 0;
  #timer = 0;

  constructor(pane) {
    this.pane = pane;
  }

  // Ask soon; `show` is called with {items} or {note}, at once with "Loading…".
  ask(question, show) {
    this.drop();
    const number = this.#asked;
    const tell = (found) => number === this.#asked && show(found);
    show({items: [], note: "Loading…"});
    this.#timer = setTimeout(async () => tell(await this.#answer(question)), PAUSE_MS);
  }

  // Forget what was asked: the answer is no longer wanted.
  drop() {
    this.#asked += 1;
    clearTimeout(this.#timer);
  }

  async #answer(question) {
    try {
      const found = await this.pane.ask("complete", question);
      const items = found.map((one) => ({label: one.name, value: one.value}));
      return items.length ? {items} : {note: "No options match."};
    } catch (error) {
      return {note: `Loading options failed: ${error.message}`};
    }
  }
}
