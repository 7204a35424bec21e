// Draws text: nodes made by the server from Discord's Markdown (see playground/page/markdown.py).

export function drawText(pane, nodes) {
  return nodes.map((one) => typeof one === "string" ? one : drawText(pane, one.c ?? []));
}
