// At the bottom of the left side: who one is in this pane, and what can be changed about that.

import {h, refill} from "./dom.js";
import {drawAvatar} from "./avatar.js";
import {icon} from "./icon.js";
import {openPersonMenu} from "./people-menu.js";

export function drawPanel(pane) {
  const panel = h("footer", {class: "panel"});
  const draw = () => {
    if (!pane.me) return;
    refill(panel,
      drawAvatar(pane.me),
      h("div", {class: "panel-text"},
        h("strong", {class: "panel-name"}, pane.me.name),
        h("span", {class: "panel-roles"}, rolesOf(pane))),
      h("button", {
        class: "tool", "aria-label": `Roles and settings of ${pane.me.name}`, title: "Roles and settings",
        "aria-haspopup": "dialog", "data-focus": "panel-menu",
        onclick: (event) => openPersonMenu(pane.panes, pane.me.id, event.currentTarget),
      }, icon("gear")));
  };
  pane.on("me", draw);
  pane.on("places", draw);
  return panel;
}

function rolesOf(pane) {
  if (!pane.me.there) return "Not in this server";
  const guild = pane.guild ?? pane.places.guilds[0];
  const roles = guild?.members.find((one) => one.id === pane.me.id)?.roles ?? [];
  const names = (guild?.roles ?? []).filter((one) => roles.includes(one.id))
    .map((one) => one.name);
  if (pane.me.owner) names.unshift("Server owner");
  if (!pane.me.dms_open) names.push("direct messages closed");
  return names.join(", ") || "Member";
}
