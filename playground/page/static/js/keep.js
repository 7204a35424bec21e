// What outlasts a reload. Where the browser blocks storage, memory takes its place and lasts as
// long as the page.

const memory = new Map();

// Keep a value under a name: for this tab alone, or for all ("forAll").
export function keep(name, value, {forAll = false} = {}) {
  memory.set(name, value);
  try {
    (forAll ? localStorage : sessionStorage).setItem(`troupe-${name}`, JSON.stringify(value));
  } catch {
    // Blocked or full; memory has it.
  }
}

export function kept(name, {forAll = false} = {}) {
  try {
    const text = (forAll ? localStorage : sessionStorage).getItem(`troupe-${name}`);
    if (text !== null) return JSON.parse(text);
  } catch {
    // Blocked, or not ours; see memory.
  }
  return memory.get(name) ?? null;
}
