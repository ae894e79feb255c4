// A page without its own choices, opened with a shared one: shows which findings stay true under
// it.
(() => {
  "use strict";
  const list = document.querySelector(".whole-book");
  if (!list) return;
  const { $, $$, make, struck, parsed, tidy } = window.bookpress.dom;
  const plain = (node) => tidy(node.textContent);
  // Numbers on the page as in the chapters under the choice; the published ones are struck through.
  const renumber = (numbers) => {
    let moved = 0,
      known = 0;
    for (const place of $$("[data-result]")) {
      const [html, title] = numbers[place.dataset.result] ?? [],
        now = html && parsed(html);
      const isFinding = place.matches(".finding"),
        parts = isFinding ? [...place.children].slice(0, 3) : [place];
      if (!now) continue;
      known += 1;
      if (plain(now) === parts.map(plain).filter(Boolean).join(" ")) continue;
      moved += 1;
      const was = struck(plain(parts[0]));
      if (!isFinding) {
        place.replaceChildren(now);
        place.title = title;
        place.after(was);
        continue;
      }
      now.firstElementChild.append(was);
      parts[0].before(now);
      for (const part of parts) part.remove();
    }
    if (!known) return "Numbers on this page are the published ones.";
    if (!moved) return "No number on this page that rests on it differs.";
    return moved === 1
      ? "One number on this page differs; the published one stands struck through beside it."
      : `${moved} numbers on this page differ; the published ones stand struck through ` +
        "beside them.";
  };
  const choices = [...new URLSearchParams(location.search)].flatMap(([name, value]) => {
    const choice = $(`[data-name="${CSS.escape(name)}"]`, list),
      shown = choice && $(`[data-value="${CSS.escape(value)}"]`, choice);
    return shown ? [[choice, shown]] : [];
  });
  for (const [choice, shown] of choices) {
    choice.open = shown.open = true;
    const [label, words, counts] = [
      choice.firstElementChild.firstChild,
      shown.firstElementChild.firstChild,
      $(".count", shown)
    ].map((node) => node.textContent.trim());
    const copy = shown.cloneNode(true);
    copy.firstElementChild.remove();
    for (const region of $$("[role=region]", copy))
      region.setAttribute("aria-label", `Findings with ${label}: ${words}`);
    const numbers = choices.length === 1
      ? renumber(JSON.parse(shown.dataset.numbers))
      : "Numbers in the text below are the published ones: no page is made for two choices at " +
        "once.";
    const title = make("strong", {}, `${label}: ${words}.`);
    const said = make("p", {}, title, ` Under this choice ${counts}. ${numbers}`);
    const note = make("aside", { className: "banner whole-banner" });
    note.append(
      make(
        "div",
        {},
        said,
        make(
          "details",
          { open: innerWidth > 700 },
          make("summary", {}, "Which findings stand"),
          ...copy.children
        )
      )
    );
    note.setAttribute("aria-label", "Your choice");
    $(".frame")?.before(note);
  }
})();
