// Small pictures of lines, drawn by the page itself.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  pin: "M9 3h6l-1 6 4 4v2h-5v6h-2v-6H6v-2l4-4z",
  thread: "M9 3 7 21M17 3l-2 18M4 8h17M3 16h17",
  start: "M4 4v9a3 3 0 0 0 3 3h13M16 12l4 4-4 4",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 14s1.500 2.500 4 2.500 4-2.500 4-2.500M9 9v.6M15 9v.6",
  reply: "M10 8V4L3 11l7 7v-4c5 0 8 1.500 11 5-1-6-4-10-11-11z",
  edit: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
};

// name: one of those above; title: what it says to those who do not see it, if that is not said.
export function drawIcon(name, look, title = null) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `message-icon ${look}`);
  if (title) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", title);
  } else svg.setAttribute("aria-hidden", "true");
  return svg;
}
