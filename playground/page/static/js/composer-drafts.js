// What was typed and not sent, kept over switching and reload by person and channel.

// Whose draft is in the composer now; null while nobody is anywhere.
export function draftKey(pane) {
  return pane.me && pane.channel ? `${pane.me.id}:${pane.channel}` : null;
}

export function keepDraft(pane, key, text) {
  if (!key) return;
  if (text) pane.drafts[key] = text;
  else delete pane.drafts[key];
}
