// Numbers of the backstage in words.

const CLOCK = new Intl.DateTimeFormat(undefined, {timeStyle: "medium"});
const DAY_CLOCK = new Intl.DateTimeFormat(undefined, {dateStyle: "short", timeStyle: "medium"});
const SECONDS = new Intl.NumberFormat(undefined, {maximumFractionDigits: 1});

export const number = (value) => value.toLocaleString();

export const counted = (count, one) => `${number(count)} ${one}${count === 1 ? "" : "s"}`;

// A time of today or not, to the second; at is in Unix seconds.
export function clock(at) {
  const date = new Date(at * 1000);
  return (date.toDateString() === new Date().toDateString() ? CLOCK : DAY_CLOCK).format(date);
}

export const seconds = (value) => `${SECONDS.format(value)} s`;

// A price in dollars as people read it.
export function money(usd) {
  if (usd === null) return "price not known";
  const cents = usd * 100;
  if (cents === 0) return "0 ¢";
  if (cents < 0.01) return "less than 0.01 ¢";
  if (cents < 100) return `${Number(cents.toPrecision(2))} ¢`;
  return `${usd.toFixed(2)} $`;
}
