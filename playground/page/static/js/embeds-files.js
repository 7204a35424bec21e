// Draws files of a message: pictures, sound and films in place, texts with their beginning,
// everything else as a card.

import {h} from "./dom.js";
import {drawFileCard, fileHead} from "./embeds-cards.js";
import {drawTextFile, isText} from "./embeds-text.js";
import {veil} from "./veil.js";
import {drawViewed} from "./viewer.js";

const WIDEST = 550;
const HIGHEST = 350;
const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

// memory: what the one who looks knows of the message (components-state.js).
export function drawFiles(files, memory) {
  const pictures = files.filter((one) => PICTURE.test(one.type));
  const others = files.filter((one) => !PICTURE.test(one.type));
  return [
    pictures.length > 0 && drawPictures(pictures, memory),
    others.map((one) => veiled(one, drawOther(one), memory)),
  ];
}

function veiled(file, drawn, memory) {
  if (!file.name.startsWith("SPOILER_")) return drawn;
  return veil(memory, file.id, h("div", {class: "veiled"}, drawn), drawn);
}

function drawPictures(files, memory) {
  const many = Math.min(3, files.length === 4 ? 2 : files.length);
  return h("div", {class: `pictures pictures-${many}`},
    files.map((one) => veiled(one, drawPicture(one, files.length > 1), memory)));
}

function drawPicture(file, small) {
  const picture = h("img", {
    src: file.url, alt: file.description || file.name, title: file.description, loading: "lazy",
  });
  if (!small && file.width) {
    // Known beforehand, so that nothing moves when it has come.
    const scale = Math.min(1, WIDEST / file.width, HIGHEST / file.height);
    picture.width = Math.max(1, Math.round(file.width * scale));
    picture.height = Math.max(1, Math.round(file.height * scale));
  }
  return drawViewed("picture", file.url, file.description || file.name, picture);
}

function drawOther(file) {
  if (file.type.startsWith("audio/")) {
    return h("div", {class: "file"}, fileHead(file),
      h("audio", {src: file.url, controls: true, preload: "metadata", "aria-label": file.name}));
  }
  if (file.type.startsWith("video/")) {
    return h("video", {
      class: "film", src: file.url, controls: true, preload: "metadata", "aria-label": file.name,
    });
  }
  return isText(file) ? drawTextFile(file) : drawFileCard(file);
}
