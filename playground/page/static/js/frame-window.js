// What the page has to do with its window: the title, and the keyboard of a phone.

// The title tells where one is and how much is unread, for the tab in the background.
export function watchTitle(panes) {
  const show = () => {
    const pane = panes.active;
    const channel = pane.find(pane.channel);
    const {unread} = pane.places.sum();
    const name = channel && `${channel.with ? "@" : "#"}${channel.name}`;
    document.title = `${unread ? `(${unread}) ` : ""}${name ? `${name} · ` : ""}Troupe`;
  };
  panes.on("any", show);
  panes.on("active", show);
  show();
}

// Some phones lay their keyboard over the page. It then takes the height that is left, so that the
// composer stays in sight.
export function watchKeyboard(app) {
  const seen = window.visualViewport;
  seen?.addEventListener("resize", () => {
    const covered = seen.scale === 1 && seen.height < innerHeight - 1;
    app.style.height = covered ? `${seen.height}px` : "";
    if (covered) scrollTo(0, 0);
  });
}
