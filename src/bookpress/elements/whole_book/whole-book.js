// A page without choices of its own, opened with one that chapters share: shows which findings stand under it.
(() => {
  "use strict";
  const list = document.querySelector(".whole-book");
  if (!list) return;
  const make = (tag, attributes = {}, ...children) => { const made = Object.assign(document.createElement(tag), attributes); made.append(...children); return made; };
  const quoted = (text) => CSS.escape(text);
  for (const [name, value] of new URLSearchParams(location.search)) {
    const choice = list.querySelector(`[data-name="${quoted(name)}"]`), shown = choice?.querySelector(`[data-value="${quoted(value)}"]`);
    if (!shown) continue;
    choice.open = shown.open = true;
    const [label, words, counts] = [choice.firstElementChild.firstChild, shown.firstElementChild.firstChild, shown.querySelector(".count")].map((node) => node.textContent.trim());
    const copy = shown.cloneNode(true);
    copy.firstElementChild.remove();
    for (const region of copy.querySelectorAll("[role=region]")) region.setAttribute("aria-label", `Findings with ${label}: ${words}`);
    const said = make("p", {}, make("strong", {}, `${label}: ${words}.`), ` Under this choice ${counts}. Numbers in the text below are the published ones.`);
    const note = make("aside", { className: "banner whole-banner" });
    note.append(make("div", {}, said, make("details", { open: innerWidth > 700 }, make("summary", {}, "Which findings stand"), ...copy.children)));
    note.setAttribute("aria-label", "Your choice");
    document.querySelector(".frame")?.before(note);
  }
})();
