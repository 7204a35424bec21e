// What was typed and not sent, kept over switching and reload by person and channel: a text, or for a
// command that is being filled in {path, given, words, aside}, where `aside` are words that wait.

import {writeLine} from "./commands-read.js";

// Whose draft is in the composer now; null while nobody is anywhere.
export function draftKey(pane) {
  return pane.me && pane.channel ? `${pane.me.id}:${pane.channel}` : null;
}

export function keepDraft(pane, key, draft) {
  if (!key) return;
  if (draft) pane.drafts[key] = draft;
  else delete pane.drafts[key];
}

// What to go on with: {line, aside, kept}. For a command that was kept a line stands until it is known
// which commands there are.
export function openDraft(pane, key) {
  const draft = pane.drafts[key] ?? "";
  if (!draft.path) return {line: draft, aside: "", kept: null};
  return {line: writeLine(draft), aside: draft.aside, kept: draft};
}

// A command was sent whose draft is seen no more: of it only the words are left that waited.
export function dropCommand(pane, key) {
  keepDraft(pane, key, pane.drafts[key]?.aside ?? "");
}

// Put a text that could not be sent before what was typed there meanwhile.
export function giveBack(pane, key, text) {
  const draft = pane.drafts[key];
  const all = (meanwhile) => [text, meanwhile].filter(Boolean).join("\n");
  keepDraft(pane, key, draft?.path ? {...draft, aside: all(draft.aside)} : all(draft));
}
