// How long ago something was, in the browser's own words.

const WORDS = new Intl.RelativeTimeFormat(undefined, {numeric: "auto", style: "narrow"});
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

// at: Unix seconds
export function ago(at, now = Date.now() / 1000) {
  const past = now - at;
  const [unit, size] = STEPS.find(([, seconds]) => past >= seconds) ?? ["second", 1];
  return unit === "second" ? "just now" : WORDS.format(-Math.floor(past / size), unit);
}
