// The whole page: the bar of people above, the panes below.

import {fill, h} from "./dom.js";
import {drawBackstage} from "./backstage.js";
import {drawBar} from "./frame-bar.js";
import {listenToKeys} from "./frame-keys.js";
import {watchTitle, watchKeyboard} from "./frame-window.js";
import {Panes} from "./panes.js";

const place = h("main", {class: "panes"});
const panes = new Panes(place);
const app = document.getElementById("app");

const bar = h("div", {class: "bar-place"});
const stage = h("div", {class: "stage"}, place, drawBackstage(panes, [bar, place]));
fill(app, bar, stage);
fill(bar, drawBar(panes));
listenToKeys(panes);
watchTitle(panes);
watchKeyboard(app);
