// The right side of a pane: the members of the server by their roles.

import {h, refill} from "./dom.js";
import {drawAvatar, drawBadge} from "./avatar.js";
import {icon} from "./icon.js";
import {opensCard} from "./people-card.js";

export function drawMembers(pane) {
  const list = h("div", {class: "members-list"});
  const draw = () => {
    const guild = pane.guild;
    side.hidden = guild === null;
    if (guild) refill(list, groups(guild).map(({name, members}) => drawGroup(pane, guild, name, members)));
  };
  const side = h("aside", {class: "side side-members", "data-side": "members", "aria-label": "Members"},
    list);
  pane.on("channel", draw);
  pane.on("places", draw);
  return side;
}

// Everybody stands under the highest of their roles; who has none, at the end.
function groups(guild) {
  const roles = guild.roles.filter((one) => one.id !== guild.id && !one.managed)
    .sort((a, b) => b.position - a.position);
  const left = new Set(guild.members);
  const take = (wanted) => {
    const taken = [...left].filter(wanted).sort((a, b) => a.name.localeCompare(b.name));
    for (const one of taken) left.delete(one);
    return taken;
  };
  return [
    ...roles.map((role) => ({
      name: role.name, members: take((one) => !one.bot && one.roles.includes(role.id)),
    })),
    {name: "Members", members: take((one) => !one.bot)},
    {name: "Bot", members: take(() => true)},
  ].filter((one) => one.members.length);
}

function drawGroup(pane, guild, name, members) {
  return h("section", {},
    h("h2", {class: "members-role"}, `${name} — ${members.length}`),
    h("ul", {class: "members-people"}, members.map((one) => h("li", {}, h("button", {
      class: `member${one.bot && !pane.bot.ready ? " member-away" : ""}`, "aria-haspopup": "dialog",
      "data-focus": `member-${one.id}`,
      ...opensCard(pane, one.id),
    },
    drawAvatar(one),
    h("span", {class: "member-name"}, one.name),
    one.bot && drawBadge(),
    one.id === guild.owner && h("span", {title: "Owner of the server"}, icon("crown"),
      h("span", {class: "unseen"}, " owner")))))));
}
