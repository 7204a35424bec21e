// Pictures as large as the window allows, over the page.

import {openDialog} from "./dialog.js";
import {h} from "./dom.js";
import {icon} from "./icon.js";

const OUT = {target: "_blank", rel: "noopener noreferrer"};

// A link to a picture that shows it here; with Ctrl, Shift or the middle button a tab, as links do.
//   name     what the picture is called, or a description of it
//   picture  what stands in the link
export function drawViewed(look, address, name, picture) {
  const link = h("a", {class: look, href: address, ...OUT}, picture);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    link.focus({preventScroll: true}); // not every browser does so, and it is to have it again
    openDialog(name, (close) => drawLarge(address, name, close), {look: "viewer"});
  });
  return link;
}

function drawLarge(address, name, close) {
  return [
    h("img", {class: "viewer-picture", src: address, alt: name}),
    h("div", {class: "viewer-foot"},
      h("span", {class: "viewer-name", dir: "auto"}, name),
      h("a", {class: "viewer-out", href: address, ...OUT}, "Open in browser"),
      h("button", {class: "tool", "aria-label": "Close", onclick: close}, icon("close"))),
  ];
}
