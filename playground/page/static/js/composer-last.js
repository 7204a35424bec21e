// ArrowUp in an empty composer: one's last message is edited, if it is the last thing one said.

const NEAR = 10; // messages from the end; what is older is no longer what one just said

export function editLast(pane, event) {
  const last = lastSaid(pane);
  if (!last || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  pane.tell("edit", last);
}

function lastSaid({history, messages, me}) {
  const mine = history.all.findLast((one) => one.author.id === me?.id && !one.ephemeral);
  if (mine?.deleted && becamePassage(mine, history.all)) return null;
  const last = messages.findLast((one) => one.can.edit);
  return messages.indexOf(last) >= messages.length - NEAR ? last : null;
}

// Who speaks as a character has their message taken away by the bot, which posts it in the
// character's name.
function becamePassage(mine, all) {
  return all.slice(all.indexOf(mine)).some((one) => one.author.webhook && !one.deleted);
}
