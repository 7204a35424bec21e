// What a pane knows of a message's components beside what the message says: which of them wait for
// the bot, what failed, what was chosen, which spoilers were lifted. It outlives the drawing anew of
// a message, and belongs to the person who looks.

const memories = new WeakMap(); // pane → id of a person and of a message → memory

export function memoryOf(pane, message) {
  if (!memories.has(pane)) memories.set(pane, new Map());
  const known = memories.get(pane);
  const key = `${pane.me?.id}/${message.id}`;
  if (!known.has(key)) {
    known.set(key, {busy: new Set(), failure: null, chosen: new Map(), seen: new Set()});
  }
  return known.get(key);
}

// Tell the bot of a press or a choice, and show how it goes. Returns whether it was answered.
export async function tellBot({pane, message, memory}, act, id, more = {}) {
  if (memory.busy.has(id)) return false;
  memory.busy.add(id);
  memory.failure = null;
  const show = () => {
    const drawn = pane.root.querySelectorAll(`[data-components="${CSS.escape(message.id)}"]`);
    for (const element of drawn) showState(element, memory);
  };
  show();
  try {
    await pane.interact(act, {channel: message.channel, message: message.id, id, ...more});
    return true;
  } catch (error) {
    memory.failure = error.message;
    return false;
  } finally {
    memory.busy.delete(id);
    show();
  }
}

// Give the drawn components of a message the look of their state.
export function showState(element, {busy, failure}) {
  for (const one of element.querySelectorAll("[data-part]")) {
    if (busy.has(one.dataset.part)) one.setAttribute("aria-busy", "true");
    else one.removeAttribute("aria-busy");
  }
  const line = element.querySelector(".component-failure");
  const said = failure === null ? "" : `This interaction failed. ${failure}`;
  if (line.textContent !== said) line.textContent = said;
}
