// Times in a text, in the reader's language and time zone; relative ones keep up with the clock.

import {h} from "./dom.js";

// Discord's letters; see "Timestamp Styles" in its reference on message formatting.
const STYLES = {
  t: {timeStyle: "short"},
  T: {timeStyle: "medium"},
  d: {dateStyle: "short"},
  D: {dateStyle: "long"},
  f: {dateStyle: "long", timeStyle: "short"},
  F: {dateStyle: "full", timeStyle: "short"},
  s: {dateStyle: "short", timeStyle: "short"},
  S: {dateStyle: "short", timeStyle: "medium"},
};
const UNITS = [
  ["year", 365 * 86400], ["month", 30 * 86400], ["day", 86400], ["hour", 3600], ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat();

// at: Unix seconds; style: one of Discord's letters
export function drawTime(at, style) {
  const date = new Date(at * 1000);
  return h("time", {
    class: "rich-time", datetime: date.toISOString(), title: write(date, "F"),
    "data-relative": style === "R" && at,
  }, style === "R" ? since(at) : write(date, style));
}

function write(date, style) {
  return new Intl.DateTimeFormat(undefined, STYLES[style]).format(date);
}

function since(at) {
  const seconds = at - Date.now() / 1000;
  // 11 hours and 59 minutes are 12 hours, as people say it; nothing is 60 minutes.
  const found = UNITS.find(([, size]) => Math.abs(seconds) >= 0.99 * size);
  if (!found) return relative.format(Math.round(seconds), "second");
  return relative.format(Math.round(seconds / found[1]), found[0]);
}

function refresh() {
  for (const one of document.querySelectorAll("time[data-relative]")) {
    const text = since(Number(one.dataset.relative));
    if (one.textContent !== text) one.textContent = text;
  }
}

setInterval(refresh, 1000);
