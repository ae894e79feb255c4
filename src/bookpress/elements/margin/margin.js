// The margin of wide screens: beside a line, the intervals and counts of its numbers, terms, and
// the figure it mentions. All of this is elsewhere too.
(() => {
  "use strict";
  const { $, $$, make } = window.bookpress.dom;
  const article = $("article");
  const isWide = matchMedia("(min-width: 75rem)");
  const GAP = 14,
    FARTHEST = 90,
    NEAR = 170,
    LEAST_WAY = 140;
  const host = make("div", { className: "margin-notes" });
  host.setAttribute("aria-hidden", "true"); // what it repeats, tips and figures say to everyone
  const noteOf = new Map();

  // ---- The contents of the margin ----
  const SVG = "http://www.w3.org/2000/svg";
  const bar = (className, x, y, width, height) => {
    const rect = document.createElementNS(SVG, "rect");
    for (const [name, to] of Object.entries({ class: className, x, y, width, height }))
      rect.setAttribute(name, to);
    return rect;
  };
  const strip = (value, low, high) => {
    // the whole line is from 0 to 100%
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 100 8");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.append(
      bar("scale", 0, 3.5, 100, 1),
      bar("range", 100 * low, 1.5, Math.max(100 * (high - low), .6), 5),
      bar("point", 100 * value - .5, 0, 1, 8)
    );
    return svg;
  };
  const percent = (share) => Math.round(share * 100);
  const span = (low, high) =>
    (percent(low) === percent(high) ? `${percent(low)}%` : `${percent(low)} to ${percent(high)}%`);
  const ofNumber = (number) => {
    const [value, low, high] = number.dataset.range.split(" ").map(Number),
      tip = number.dataset.tip ?? number.title;
    const at = tip.lastIndexOf(": "),
      counts = tip.slice(at).match(/; ([^)]*)\)$/)?.[1];
    const line = make(
      "p",
      { className: "note-numbers" },
      make("b", {}, `${percent(value)}%`),
      ` · ${span(low, high)}${counts ? ` · ${counts}` : ""}`
    );
    return make(
      "div",
      { className: "margin-note" },
      line,
      strip(value, low, high),
      make("p", {}, tip.slice(0, at))
    );
  };
  const ofTerm = (term) =>
    make(
      "div",
      { className: "margin-note note-term" },
      make("p", {}, make("b", {}, term.textContent), " ", term.dataset.tip)
    );
  const isText = (element) =>
    element.closest(":is(section, .fold) > p") &&
    !element.closest(".standfirst, .kicker, .fallen-note") &&
    element.checkVisibility();
  function wanted() {
    // the first time that each is spoken of
    const seen = new Set(),
      spoken = [];
    for (const element of $$(".value[data-range], a.term[data-tip]", article)) {
      const key = element.dataset.tip;
      if (!key || seen.has(key) || !isText(element)) continue;
      seen.add(key);
      spoken.push([element, element.matches(".value") ? ofNumber : ofTerm]);
    }
    return spoken;
  }

  // ---- A figure stays beside the paragraphs that follow it once it is out of sight ----
  function rails(top) {
    return $$("figure.chart-figure", article).flatMap((figure) => {
      const around = figure.closest("section") ?? article; // a page may begin without a heading
      const block = [...around.children].find((child) => child.contains(figure));
      let last = null;
      for (let next = block?.nextElementSibling; next &&
        !next.matches("section") &&
        !next.querySelector("figure, table"); next = next.nextElementSibling) {
        if (next.matches("p, ul, ol, blockquote")) last = next;
      }
      const from = figure.getBoundingClientRect().bottom - top + NEAR,
        to = last ? last.getBoundingClientRect().bottom - top : 0;
      return to - from > LEAST_WAY ? [{ figure, top: from, bottom: to }] : [];
    });
  }
  function railed({ figure, top, bottom }) {
    const link = make(
      "a",
      { href: `#${figure.id}`, tabIndex: -1 },
      make("span", {}, $(".caption-number", figure).textContent)
    );
    for (const still of $$(".still", figure)) {
      const image = make("img", {
        src: $("source", still).getAttribute("srcset"),
        alt: $("img", still).alt,
        loading: "lazy"
      });
      const source = $("source", still);
      image.width = source.getAttribute("width");
      image.height = source.getAttribute("height");
      image.className = still.className.replace("still", "").trim();
      link.append(image);
    }
    const rail = make(
      "div",
      { className: "rail" },
      make("div", { className: "margin-note note-figure" }, link)
    );
    rail.style.top = `${top}px`;
    rail.style.height = `${bottom - top}px`;
    return rail;
  }

  // ---- Placement: at its line, below the previous note, never beside anything wider than the text
  // ----
  function arrange() {
    noteOf.clear();
    host.replaceChildren();
    if (!isWide.matches || document.documentElement.classList.contains("choosing")) return;
    const { top, left, right } = article.getBoundingClientRect();
    const isMirrored = getComputedStyle(article).direction === "rtl";
    const from = isMirrored ? -host.offsetWidth : article.offsetWidth;
    host.style.top = `${article.offsetTop}px`;
    host.style.left = `${article.offsetLeft + from}px`;
    const taken = $$(
      "figure, .pst-scrollable-table-container, .table-scroll, .finding-sureness, aside",
      article
    )
      .filter((block) => block.checkVisibility()) // not in a closed fold
      .map((block) => block.getBoundingClientRect())
      .filter((box) => (isMirrored ? box.left < left - 4 : box.right > right + 4) && box.height)
      .map((box) => [box.top - top, box.bottom - top]);
    for (const rail of rails(top)) {
      if (taken.some(([from, to]) => from < rail.bottom && to > rail.top)) continue;
      const made = railed(rail);
      host.append(made);
      if (made.offsetHeight < made.firstElementChild.offsetHeight + LEAST_WAY) {
        // it would hardly stay
        made.remove();
        continue;
      }
      taken.push([rail.top, rail.bottom]);
    }
    const notes = wanted().map(([element, write]) => [element, write(element)]);
    host.append(...notes.map(([, note]) => note));
    const sizes = notes.map(([element, note]) => [element.getClientRects()[0], note.offsetHeight]);
    const end = article.offsetHeight;
    let free = 0;
    notes.forEach(([element, note], index) => {
      const [box, height] = sizes[index];
      const line = box ? box.top - top : Infinity;
      let at = Math.max(line, free);
      for (const [from, to] of taken.sort(([a], [b]) => a - b))
        if (at < to + GAP && at + height + GAP > from) at = to + GAP;
      if (at - line > FARTHEST || at + height > end) {
        note.remove();
        return;
      }
      note.style.top = `${at}px`;
      free = at + height + GAP;
      noteOf.set(element, note);
    });
  }

  let due = 0;
  const soon = () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(arrange);
  };
  const light = ({ type, target }) => {
    const note = noteOf.get(target.closest?.(".value, a.term"));
    note?.classList.toggle("here", /over|in$/.test(type));
  };
  function begin() {
    article.after(host);
    new ResizeObserver(soon).observe(article);
    new MutationObserver((changes) => {
      if (changes.some(({ target }) => !target.closest?.(".chart"))) soon();
    }).observe(article, { childList: true, subtree: true });
    isWide.addEventListener("change", soon);
    for (const name of ["pointerover", "pointerout", "focusin", "focusout"])
      article.addEventListener(name, light);
  }
  if (article) addEventListener("load", begin);
})();
