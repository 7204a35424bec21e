// Times as a chat tells them, in the reader's language and zone; what says "Today" is set anew when
// the day changes.

import {h} from "./dom.js";

const CLOCK = new Intl.DateTimeFormat(undefined, {timeStyle: "short"});
const DATE = new Intl.DateTimeFormat(undefined, {dateStyle: "short"});
const DAY = new Intl.DateTimeFormat(undefined, {dateStyle: "long"});
const FULL = new Intl.DateTimeFormat(undefined, {dateStyle: "full", timeStyle: "short"});
const AGO = new Intl.RelativeTimeFormat(undefined, {numeric: "auto", style: "narrow"});
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const MINUTE_MS = 60_000;

const LOOKS = {
  clock: (date) => CLOCK.format(date),
  head: (date) => {
    const days = daysBetween(date, new Date());
    if (days === 0) return `Today at ${CLOCK.format(date)}`;
    if (days === 1) return `Yesterday at ${CLOCK.format(date)}`;
    return `${DATE.format(date)}, ${CLOCK.format(date)}`;
  },
  ago: (date) => ago((Date.now() - date) / 1000),
};

// A time in Unix seconds. look: "head" (Today at 14:03), "clock" (14:03) or "ago" (5m ago).
export function drawTime(seconds, look, props = {}) {
  const date = new Date(seconds * 1000);
  return h("time", {
    ...props, datetime: date.toISOString(), title: fullTime(seconds), "data-look": look,
  }, LOOKS[look](date));
}

export const fullTime = (seconds) => FULL.format(new Date(seconds * 1000));

export const drawDay = (seconds) => DAY.format(new Date(seconds * 1000));

export function isSameDay(one, other) {
  return new Date(one * 1000).toDateString() === new Date(other * 1000).toDateString();
}

function daysBetween(early, late) {
  const midnight = (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (midnight(late) - midnight(early)) / 86_400_000;
}

function ago(seconds) {
  const [unit, size] = STEPS.find(([, least]) => seconds >= least) ?? [];
  return unit ? AGO.format(-Math.floor(seconds / size), unit) : "just now";
}

function tellAnew(looks) {
  for (const element of document.querySelectorAll(looks.map((one) => `time[data-look="${one}"]`))) {
    const text = LOOKS[element.dataset.look](new Date(element.dateTime));
    if (element.textContent !== text) element.textContent = text;
  }
}

function atMidnight() {
  const now = new Date();
  const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  setTimeout(() => {
    tellAnew(["head"]);
    atMidnight();
  }, next - now + 100);
}

atMidnight();
setInterval(() => tellAnew(["ago"]), MINUTE_MS);
