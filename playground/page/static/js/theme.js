// Sets the theme before anything is painted: a script of the old kind in the head, since modules
// wait for the page. "system" follows the machine; the choice is kept for all windows.

(() => {
  const KEY = "troupe-theme";
  const light = matchMedia("(prefers-color-scheme: light)");
  let choice = "system";
  try {
    choice = localStorage.getItem(KEY) ?? choice;
  } catch {
    // Storage is blocked; the choice lasts as long as the page.
  }

  function show() {
    const theme = choice === "system" ? (light.matches ? "light" : "dark") : choice;
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.themeChoice = choice;
  }

  light.addEventListener("change", show);
  document.addEventListener("theme", (event) => {
    choice = event.detail;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // As above.
    }
    show();
  });
  show();
})();
