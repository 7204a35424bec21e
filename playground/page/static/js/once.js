// What is sent by a press or by Enter is sent once, however often one presses.

import {fill} from "./dom.js";

// A listener that does something and tells in an element what went wrong. Until it is done, further
// events are not heard.
export function once(wrong, act) {
  let busy = false;
  return async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    fill(wrong);
    try {
      await act();
    } catch (error) {
      fill(wrong, error.message);
    } finally {
      busy = false;
    }
  };
}
