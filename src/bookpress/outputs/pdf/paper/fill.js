// Fills the pages: if a figure or table does not fit below the text, it becomes a little smaller,
// or the text after
// it moves before it, or it breaks. Pages are laid out as columns of their size, in which a script
// can see where everything is.
() => {
  "use strict";
  const WHITE = 0.2; // of a page: more is not left below the text
  // of a picture's height
  const SMALLEST = 0.7,
    STEP = 0.05;
  const KEPT = ".chart-figure, .pst-scrollable-table-container, .table-scroll, pre, .admonition";
  const SEEN = `:is(${KEPT}, p, li, dt, dd, tr, h1, h2, h3, h4)`;
  const ENDS = '.parameters, .cite-box, section[id$="references"]';
  // what may come before a figure that it followed
  const PASSED = "p, ul, ol, div.math-block, blockquote";

  for (const article of document.querySelectorAll("body.chapter, body.book > .article")) {
    article.classList.add("measured");
    fill(article);
    article.classList.remove("measured");
  }

  function fill(article) {
    const tried = new Set();
    for (let page = 0; ; page += 1) {
      const pages = read(article);
      if (page >= pages.bottoms.length - 1) return;
      if (white(pages, page) <= WHITE) continue;
      const block = [...article.querySelectorAll(KEPT)].find((near) =>
        !tried.has(near) && place(pages, near).page === page + 1);
      if (!block || place(pages, block).page !== page + 1) continue;
      if (textBefore(pages, block, page + 1)) continue;
      tried.add(block);
      shrink(article, block, page, 0.85) ||
        pass(article, block, page, true) ||
        shrink(article, block, page, SMALLEST) ||
        split(block) ||
        pass(article, block, page, false);
    }
  }

  function read(article) {
    const box = article.getBoundingClientRect(),
      style = getComputedStyle(article);
    const width = parseFloat(style.columnWidth),
      height = box.height,
      bottoms = [];
    const pages = { left: box.left, top: box.top, width, height, bottoms };
    for (const element of article.querySelectorAll(SEEN)) {
      for (const part of element.getClientRects()) {
        const page = pageOf(pages, part);
        if (part.height) bottoms[page] = Math.max(bottoms[page] ?? 0, part.bottom - box.top);
      }
    }
    return pages;
  }

  function pageOf(pages, part) { return Math.floor((part.left - pages.left + 1) / pages.width); }
  function white(pages, page) { return 1 - (pages.bottoms[page] ?? 0) / pages.height; }

  function place(pages, element) {
    const part = element.getClientRects()[0];
    return part ? { page: pageOf(pages, part), top: part.top - pages.top } : { page: -1, top: 0 };
  }

  // Whether a page begins with text other than a heading of the block: then the block did not cause
  // the gap on the page before.
  function textBefore(pages, block, page) {
    const { top } = place(pages, block);
    return [...block.closest(".measured").querySelectorAll("p, li, tr, dd")].some((text) => {
      if (block.contains(text)) return false;
      const part = [...text.getClientRects()].find((rect) => pageOf(pages, rect) === page);
      return part && part.height && part.top - pages.top < top - 1;
    });
  }

  function shrink(article, block, page, smallest) {
    const picture = block.querySelector(".chart img");
    if (!picture) return false;
    const { height } = picture.getBoundingClientRect();
    for (let part = 1 - STEP; part >= smallest - 0.001; part -= STEP) {
      picture.style.maxHeight = `${height * part}px`;
      if (fits(read(article), block, page)) return true;
    }
    picture.style.maxHeight = "";
    return false;
  }

  // Paper rounds to dots and columns do not: what just fits here may not fit there.
  function fits(pages, block, page) {
    const part = block.getClientRects()[0];
    return pageOf(pages, part) <= page && part.bottom - pages.top < pages.height - 8;
  }

  // Moves a block after the text that follows it, up to the next such block: within its own
  // section, or anywhere.
  function pass(article, block, page, within) {
    const moved = outermost(block),
      home = moved.nextSibling,
      parent = moved.parentNode,
      section = moved.closest("section");
    const back = () => parent.insertBefore(moved, home);
    let best = null,
      least = white(read(article), page) - STEP;
    for (const text of following(article, block)) {
      if (within && text.parentNode !== section) break;
      text.after(moved);
      const left = white(read(article), page);
      if (left < least) [best, least] = [text, left];
      if (left <= WHITE) return true;
    }
    back();
    if (within || !best) return false;
    best.after(moved);
    return true;
  }

  // A figure may pass tables, and a table figures: each kind has its own numbers.
  function following(article, block) {
    const kind = block.matches(".chart-figure") ? ".chart-figure" : KEPT;
    const all = [...article.querySelectorAll(`section > :is(${PASSED}), ${kind}, ${ENDS}`)];
    const later = all.filter((element) =>
      block.compareDocumentPosition(element) === Node.DOCUMENT_POSITION_FOLLOWING);
    const end = later.findIndex((element) => !element.matches(PASSED) || element.closest(ENDS));
    // what a list follows
    return later.slice(0, end < 0 ? later.length : end).filter((element) =>
      !/:\s*$/.test(element.textContent));
  }

  // The block with the wrappers that contain nothing else.
  function outermost(block) {
    let moved = block;
    while (moved.parentElement.children.length === 1 &&
      !moved.parentElement.matches("section, article, body")) moved = moved.parentElement;
    return moved;
  }

  function split(block) {
    if (block.matches(".chart-figure")) return false;
    for (const part of [block, ...block.querySelectorAll("table")]) part.style.breakInside = "auto";
    return true;
  }
}
