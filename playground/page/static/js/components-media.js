// Pictures and files on cards. What does not lie on this machine is not fetched: a box names it.

import {h} from "./dom.js";
import {drawFileCard} from "./embeds-cards.js";
import {webAddress} from "./richtext-links.js";
import {veil} from "./veil.js";
import {drawViewed} from "./viewer.js";

const IS_VIDEO = /\.(mp4|webm|mov)$/i;

export function drawGallery(at, one) {
  return h("div", {class: "component-gallery", "data-count": Math.min(one.items.length, 10)},
    one.items.map((item, index) => drawMedia(at, item, `${one.id}/${index}`)));
}

export function drawThumbnail(at, one) {
  return h("div", {class: "component-thumbnail"}, drawMedia(at, one, `${one.id}`));
}

function drawMedia(at, item, key) {
  const inside = isHere(item.media.url) ? drawHere(item) : drawFar(item);
  const place = h("div", {class: "component-media"}, inside);
  if (item.spoiler) veil(at.memory, key, place, inside);
  return place;
}

function isHere(address) {
  return typeof address === "string" && address.startsWith("/");
}

function drawHere({media, description}) {
  if (IS_VIDEO.test(media.url)) {
    return h("video", {src: media.url, controls: true, "aria-label": description ?? "Video"});
  }
  const name = description ?? "Picture";
  return drawViewed("component-picture", media.url, name,
    h("img", {src: media.url, alt: name, title: description, loading: "lazy"}));
}

function drawFar({media, description}) {
  const address = webAddress(media.url);
  const words = h("span", {class: "component-far-words"},
    description ?? "Picture",
    h("small", {}, address ? `not fetched from ${new URL(address).host}` : "not here"));
  if (!address) return h("span", {class: "component-far"}, words);
  const away = {href: address, target: "_blank", rel: "noopener noreferrer"};
  return h("a", {class: "component-far", ...away}, words);
}

// A file that the message does not know is told by its address alone.
export function drawFile(at, one) {
  const known = at.message.attachments.find((file) => file.url === one.file.url);
  const inside = drawFileCard(known ?? {name: "File", url: one.file.url});
  const place = h("div", {class: "component-file"}, inside);
  if (one.spoiler) veil(at.memory, one.id, place, inside);
  return place;
}
