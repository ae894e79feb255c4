// Before anything is drawn: the colours that the reader chose, the mark that scripts run, and an early start for the font.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  let mode = null;
  try { mode = localStorage.getItem("mode"); } catch { /* no storage: as the system */ }
  if (mode === "light" || mode === "dark") root.dataset.theme = mode;
  if (location.protocol !== "file:") { // where a page is opened as a file, browsers refuse to fetch fonts early
    const font = new URL("fonts/source-serif-4.woff2", document.currentScript.src).href;
    document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href: font }));
  }
})();
