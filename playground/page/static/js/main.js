// The whole page: the bar of people above, the panes below.

import {fill} from "./dom.js";
import {drawBar} from "./frame-bar.js";
import {listenToKeys} from "./frame-keys.js";
import {watchTitle, watchKeyboard} from "./frame-window.js";
import {h} from "./dom.js";
import {Panes} from "./panes.js";

const place = h("main", {class: "panes"});
const panes = new Panes(place);
const app = document.getElementById("app");

fill(app, drawBar(panes), place);
listenToKeys(panes);
watchTitle(panes);
watchKeyboard(app);
