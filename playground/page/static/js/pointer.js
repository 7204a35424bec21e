// Whether one points with a finger: there may be no keys then, so none are spoken of.

export function isTouch() {
  return matchMedia("(pointer: coarse)").matches;
}

// What a tooltip says of something that keys do, too.
export function withKeys(words, keys) {
  return isTouch() || !keys ? words : `${words} (${keys})`;
}
