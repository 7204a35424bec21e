// Draws what comes with a message's text: files, embeds and stickers.

import {memoryOf} from "./components-state.js";
import {h} from "./dom.js";
import {drawFiles} from "./embeds-files.js";
import {drawInline, drawText} from "./richtext.js";
import {drawOutward} from "./richtext-links.js";
import {drawTime} from "./richtext-time.js";
import {drawViewed} from "./viewer.js";

export function drawEmbeds(pane, message) {
  return [
    drawFiles(message.attachments.filter((one) => !usedIn(message, one)), memoryOf(pane, message)),
    message.embeds.map((one) => drawEmbed(pane, one)),
    message.stickers.map(drawSticker),
  ];
}

// Whether a file is shown as part of an embed or component already.
function usedIn(message, file) {
  return message.embeds.some((one) => [one.image, one.thumbnail].includes(file.url))
    || JSON.stringify(message.components).includes(JSON.stringify(file.url));
}

function drawEmbed(pane, embed) {
  const box = h("article", {class: "embed", "aria-label": "Embed", dir: "auto"},
    h("div", {class: "embed-body"},
      embed.author && h("div", {class: "embed-author"},
        drawIcon(embed.author_icon),
        drawOutward(embed.author_url, {class: "embed-author-name"}, embed.author)),
      embed.title && h("div", {class: "embed-title"},
        drawOutward(embed.url, {}, drawInline(pane, embed.title))),
      drawText(pane, embed.description),
      rows(embed.fields).map((row) => h("div", {class: "embed-row"},
        row.map((field) => drawField(pane, field)))),
    ),
    embed.thumbnail && drawPicture(embed.thumbnail, "embed-thumbnail", "Thumbnail of the embed"),
    embed.image && drawPicture(embed.image, "embed-image", "Picture of the embed"),
    drawFooter(embed));
  if (embed.color !== null) {
    const colour = `#${embed.color.toString(16).padStart(6, "0")}`;
    box.style.setProperty("--embed-colour", colour);
  }
  return box;
}

// Up to three fields stand beside each other, if they want to.
function rows(fields) {
  const found = [];
  for (const field of fields) {
    const row = found.at(-1);
    if (field.inline && row?.[0].inline && row.length < 3) row.push(field);
    else found.push([field]);
  }
  return found;
}

function drawField(pane, field) {
  return h("div", {class: "embed-field"},
    h("div", {class: "embed-field-name"}, drawInline(pane, field.name)),
    drawText(pane, field.value));
}

function drawFooter({footer, footer_icon: icon, at}) {
  if (!footer && at === null) return null;
  return h("div", {class: "embed-footer"},
    drawIcon(footer && icon),
    h("span", {}, footer, footer && at !== null && " • ", at !== null && drawTime(at, "s")));
}

function drawIcon(address) {
  return address && h("img", {class: "embed-icon", src: address, alt: ""});
}

function drawPicture(address, style, alt) {
  return drawViewed(style, address, alt, h("img", {src: address, alt, loading: "lazy"}));
}

function drawSticker(sticker) {
  return h("div", {class: "sticker"},
    h("span", {class: "sticker-sign", "aria-hidden": "true"}, "🏷️"),
    h("span", {}, h("span", {class: "unseen"}, "Sticker: "), sticker.name));
}
