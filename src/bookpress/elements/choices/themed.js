// What passages that take the place of others need in a theme's pages: their scripts run, their formulas are set.
(() => {
  "use strict";
  const press = window.bookpress ??= {};
  const again = (script) => { // one that comes with a passage is inert
    const made = document.createElement("script");
    for (const { name, value } of script.attributes) made.setAttribute(name, value);
    made.textContent = script.textContent;
    script.replaceWith(made);
  };
  press.enhance ??= (part) => {
    for (const script of [...part.querySelectorAll("script")]) again(script);
    press.readyChoices?.(part);
    if (part.querySelector(".math")) window.MathJax?.typesetPromise?.([part])?.catch(() => {});
  };
})();
