// What replaced passages need in the pages of a theme: it typesets their formulas and draws their
// widgets.
(() => {
  "use strict";
  const press = window.bookpress;
  const { $, make } = press.dom;

  // ---- Widgets: MyST-NB has one script that keeps all of them, and draws their views when the
  // page is loaded ----
  const KIND = "application/vnd.jupyter.widget-",
    view = `script[type="${KIND}view+json"]`;
  const stored = (kind) => $(`script[type="${kind}"]`)?.textContent ?? "";
  const loaded = () =>
    document.readyState === "complete"
      ? null
      : new Promise((done) => addEventListener("load", done, { once: true }));
  const needed = (name) =>
    new Promise((done) => {
      // what another script defines without a name takes a call with it
      const ask = (times) => {
        const again = times && setTimeout(() => ask(times - 1), 300);
        window.require([name], (module) => {
          clearTimeout(again);
          done(module);
        });
      };
      ask(9);
    });
  const drawWidgets = (part) => {
    const first = $(view, part),
      type = `${KIND}state+json`;
    const isDrawn =
      !first ||
        first.previousElementSibling?.matches(".widget-subarea") ||
        $(`script[type="${type}"]`, part);
    if (isDrawn || !window.require) return;
    needed("@jupyter-widgets/html-manager/dist/libembed-amd").then(async (embed) => {
      await loaded();
      // the script of the page, which would see ours too, has read its own by now
      await needed("@jupyter-widgets/html-manager");
      const isOfState = JSON.parse(first.textContent).model_id.endsWith("-state");
      const textContent = stored(isOfState ? "application/vnd.bookpress.widget-state+json" : type);
      if (!textContent || !part.isConnected) return;
      part.append(make("script", { type, textContent }));
      embed.renderWidgets(part);
    });
  };

  // what draws itself looks for its place
  press.settled = () => Promise.race([loaded(), new Promise((done) => setTimeout(done, 3000))]);
  press.putBack = drawWidgets;
  press.enhance ??= (part) => {
    press.readyChoices?.(part);
    drawWidgets(part);
    if ($(".math", part)) window.MathJax?.typesetPromise?.([part])?.catch(() => {});
  };
})();
