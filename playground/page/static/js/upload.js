// Handing files in: they go to the page's server before that which takes them is sent.

import {sizeOf} from "./size.js";

const MOST_BYTES = 10 * 1024 * 1024;

// Why a file cannot be sent, in a sentence; nothing if it can.
export function refusal(file) {
  if (file.size <= MOST_BYTES) return "";
  return `${file.name} is too large: it has ${sizeOf(file.size)}, and a file may have ${sizeOf(MOST_BYTES)}.`;
}

// Hand files in; returns [{id, name, size}].
export async function upload(files) {
  if (!files.length) return [];
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name);
  const answer = await fetch("upload", {method: "POST", body: form}).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok || !told) throw new Error(told?.error ?? "The files could not be handed in. Try again.");
  return told;
}

// Hand in the files among a command's options: {name: {type, value or file}} with values alone.
export async function withFiles(told) {
  const filled = Object.entries(told).filter(([, one]) => one.file);
  const kept = await upload(filled.map(([, one]) => one.file));
  const values = filled.map(([name, {type}], at) => [name, {type, value: kept[at].id}]);
  return {...told, ...Object.fromEntries(values)};
}
