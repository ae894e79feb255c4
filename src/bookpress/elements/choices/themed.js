// What replaced passages need in the pages of a theme: it typesets their formulas.
(() => {
  "use strict";
  const press = window.bookpress;
  const { $ } = press.dom;

  const loaded = () =>
    document.readyState === "complete"
      ? null
      : new Promise((done) => addEventListener("load", done, { once: true }));

  // what draws itself looks for its place
  press.settled = () => Promise.race([loaded(), new Promise((done) => setTimeout(done, 3000))]);
  press.enhance ??= (part) => {
    press.readyChoices?.(part);
    if ($(".math", part)) window.MathJax?.typesetPromise?.([part])?.catch(() => {});
  };
})();
