// The servers, channels, threads and direct messages that somebody sees, and what is unread there.

const TEXT = 0;
const CATEGORY = 4;
const FORUM = 15;

const isText = (one) => one.kind === TEXT;
export const isCategory = (one) => one.kind === CATEGORY;
export const isForum = (one) => one.kind === FORUM;
export const isThread = (one) => one.archived !== undefined;
export const isDm = (one) => one.with !== undefined;

export class Places {
  constructor({guilds = [], dms = []} = {}) {
    this.guilds = guilds;
    this.dms = dms;
  }

  get channels() {
    return [...this.guilds.flatMap((one) => one.channels), ...this.dms];
  }

  find(id) {
    return this.channels.find((one) => one.id === id) ?? null;
  }

  // The channel to begin in: the first in which one can write.
  first() {
    const open = this.channels.filter((one) => !isCategory(one));
    return open.find(isText) ?? open[0] ?? null;
  }

  guildOf(channel) {
    return this.guilds.find((one) => one.channels.some((c) => c.id === channel)) ?? null;
  }

  // The channels of a server as they stand below each other: {category or null, channels}.
  sections(guild) {
    const standing = guild.channels.filter((one) => !isThread(one) && !isCategory(one));
    const byPosition = (a, b) => a.position - b.position;
    const under = (parent) => standing.filter((one) => one.parent === parent).sort(byPosition);
    const known = new Set(guild.channels.filter(isCategory).map((one) => one.id));
    const loose = standing.filter((one) => !known.has(one.parent)).sort(byPosition);
    const categories = guild.channels.filter(isCategory).sort(byPosition);
    return [
      {category: null, channels: loose},
      ...categories.map((category) => ({category, channels: under(category.id)})),
    ].filter((one) => one.channels.length);
  }

  // The threads or posts of a channel, those with the newest message first.
  threadsOf(channel) {
    return this.channels
      .filter((one) => isThread(one) && one.parent === channel)
      .sort((a, b) => b.active - a.active);
  }

  // Somebody wrote something.
  wrote(channel, message, me) {
    const found = this.find(channel);
    if (!found || message.ephemeral) return;
    found.last = message.id;
    found.active = message.at;
    if (isThread(found)) found.count += 1;
    if (message.author.id === me) return;
    found.unread += 1;
    if (message.pinged || isDm(found)) found.pings += 1;
  }

  // A channel was read to its end; tells whether anything was unread.
  read(channel) {
    const found = this.find(channel);
    if (!found?.unread) return false;
    found.unread = 0;
    found.pings = 0;
    return true;
  }

  // What is unread in some channels, archived threads aside: {unread, pings}.
  sum(channels = this.channels) {
    const counted = channels.filter((one) => !one.archived);
    return {
      unread: counted.reduce((all, one) => all + one.unread, 0),
      pings: counted.reduce((all, one) => all + one.pings, 0),
    };
  }
}
