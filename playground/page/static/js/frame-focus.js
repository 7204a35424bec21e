// Where the focus goes in a view when what had it is gone with another one.

import {isTouch} from "./pointer.js";

const INSTEAD = [".forum button", "article.message", ".head .tool"];

// It goes where one types, and where nobody may, to something else that is in sight. On a phone the
// view itself has it, since a keyboard would pop up.
export function goOn(pane) {
  const {root} = pane;
  root.focus({preventScroll: true});
  if (isTouch()) return;
  pane.tell("write");
  if (document.activeElement === root) inSight(root)?.focus({preventScroll: true});
}

function inSight(root) {
  const found = INSTEAD.map((one) => [...root.querySelectorAll(one)]
    .findLast((element) => element.checkVisibility() && isUncovered(element)));
  return found.find(Boolean);
}

// Whether its middle is what one sees there.
function isUncovered(element) {
  const {left, top, width, height} = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}
