// Runs before anything is drawn: sets the chosen colours, notes that scripts run and that the
// address may ask for another state of the page, and gives the fonts an early start.
(() => {
  "use strict";
  const root = document.documentElement;
  const { make } = window.bookpress.dom;
  root.classList.add("js");
  root.classList.toggle("asked", location.search !== "");
  let mode = null;
  try { mode = localStorage.getItem("mode"); } catch {
    /* no storage: as the system */
  }
  if (mode === "light" || mode === "dark") root.dataset.theme = mode;
  const fonts = { normal: "source-serif-4.woff2", italic: "source-serif-4-italic.woff2" };
  for (const [style, name] of Object.entries(fonts)) {
    const href = new URL(`fonts/${name}`, document.currentScript.src).href;
    if (location.protocol === "file:") {
      // no network to wait for, and browsers refuse to fetch fonts early
      const font = new FontFace("Source Serif 4 here", `url("${href}")`, {
        style,
        weight: style === "normal" ? "400 640" : "400",
        display: "block"
      });
      document.fonts.add(font);
    } else if (style === "normal") {
      document.head.append(
        make("link", { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href })
      );
    }
  }
})();
