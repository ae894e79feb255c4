// The panel of choices: opens beside the text from the line below the finding, and from each
// paragraph and figure at the choices it depends on.
(() => {
  "use strict";
  const panel = document.getElementById("chapter_choices");
  if (!panel) return;
  const press = window.bookpress;
  const { $, $$, make, asButtons } = press.dom;
  const choices = $$(".choice", panel),
    heading = $(".choices-title", panel);
  const button = (className, click, text) =>
    make("button", { type: "button", className, onclick: click }, text);
  const scope = make("p", { className: "choices-scope" });
  const close = button("choices-close", () => shut(), "Close");
  const wide = matchMedia("(min-width: 75rem)");
  let from = null;

  const isOpen = () => panel.classList.contains("open");

  // All choices, or those that a paragraph or a figure depends on.
  function limit(wanted, of) {
    for (const choice of choices)
      choice.hidden = wanted.length > 0 && !wanted.includes($(".setting", choice).dataset.name);
    const shown = choices.filter((choice) => !choice.hidden).length,
      isPart = shown < choices.length;
    const every = shown > 1 ? `all ${shown} choices` : "this choice";
    const many = isPart ? `${shown} of ${choices.length} choices` : every;
    scope.replaceChildren(
      ...(of ? [`This ${of} rests on ${many}.`] : []),
      ...(isPart
        ? [
          " ",
          button(
            "choices-all",
            () => {
              limit([], of);
              $("summary", choices[0]).focus();
            },
            `Show all ${choices.length}`
          )
        ]
        : [])
    );
  }
  function open(link) {
    const wanted = (link.dataset.choices ?? "").split(" ").filter(Boolean);
    from = link;
    limit(wanted, link.dataset.of ?? "");
    panel.classList.add("open");
    document.documentElement.classList.add("choosing");
    panel.setAttribute("role", "dialog");
    panel.scrollTop = 0;
    const shown = choices.filter((choice) => !choice.hidden);
    if (shown.length === 1) shown[0].open = true;
    heading.focus({ preventScroll: true });
    for (const other of $$(".hangs[aria-expanded], .to-choices[aria-expanded]"))
      other.setAttribute("aria-expanded", other === link);
    if (!wide.matches) keep(link);
  }
  // Content that the sheet would cover moves above it, so that the reader sees what a choice
  // changes.
  function keep(link) {
    const block = link.closest("p, figure, li") ?? link,
      box = block.getBoundingClientRect();
    const room = panel.getBoundingClientRect().top,
      bar = 64;
    if (link.matches(".to-choices") || (box.bottom < room && box.top > bar)) return;
    scrollBy({
      top: box.height > room - bar ? box.top - bar : box.bottom - room + 12,
      behavior: "instant"
    });
  }
  function shut() {
    if (!isOpen()) return;
    panel.classList.remove("open");
    document.documentElement.classList.remove("choosing");
    panel.removeAttribute("role");
    limit([], "");
    const link = from?.isConnected
      ? from
      : $(`.hangs[data-choices="${from?.dataset.choices}"]`) ?? $(".to-choices");
    for (const opened of $$("[aria-expanded=true].hangs, [aria-expanded=true].to-choices"))
      opened.setAttribute("aria-expanded", "false");
    link?.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".hangs, .to-choices");
    if (!link || !link.hash || event.ctrlKey || event.metaKey || event.shiftKey) {
      if (!wide.matches && event.target.closest?.(".choice-tools, .book-contents")) shut();
      return;
    }
    event.preventDefault();
    if (isOpen() && from === link) shut();
    else open(link);
  });
  panel.addEventListener("keydown", (event) => {
    if (!isOpen() || event.key !== "Tab") return;
    const stops = $$(
      "summary, a[href], button, input, select, pre[tabindex], .table-scroll",
      panel
    ).filter((stop) => stop.checkVisibility?.() ?? stop.offsetParent);
    const [first, last] = [stops[0], stops.at(-1)],
      at = document.activeElement;
    const to = event.shiftKey ? (at === first || at === heading) && last : at === last && first;
    if (to) {
      event.preventDefault();
      to.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen() || $("#tip, dialog[open]")) return;
    event.preventDefault();
    shut();
  });
  const ready = (link) => {
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    link.setAttribute("aria-expanded", "false");
  };
  press.readyChoices = (part) => {
    for (const link of $$(".hangs, .to-choices", part)) ready(link);
  };
  press.readyChoices(document);
  asButtons(".hangs, .to-choices");
  heading.tabIndex = -1;
  heading.after(close, scope);
})();
