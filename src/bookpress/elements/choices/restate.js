// The page in another state: each block that differs is replaced, and put back later.
(() => {
  "use strict";
  const bar = document.getElementById("chapter_choices");
  if (!bar) return;
  const press = window.bookpress;
  const { $, $$, make, struck, count, parsed, tidy } = press.dom;
  // a theme may have another
  const article = bar.closest("article, main, [role=main]") ?? document.body;
  // The press has given each block an id; a nested block may differ on its own.
  const blocks = new Map($$("[data-block]", article).map((block) => [block.dataset.block, block]));
  const parts = new Map(
    $$("[data-block] [data-part]", article).map((part) => [
      part.dataset.block,
      part.cloneNode(true)
    ])
  );
  const outer = (block) => block.parentElement.closest("[data-block]");
  const undo = [];

  // Originals are removed with the white space between them, never changed.
  const nodesOf = (html) => [...parsed(html).children];
  const replace = (old, made) => {
    const parent = old.parentNode,
      anchor = old.nextSibling;
    const news = made.flatMap((node) => [node, document.createTextNode("\n")]);
    old.remove();
    for (const node of news) parent.insertBefore(node, anchor);
    undo.push(() => {
      for (const node of news) node.remove();
      parent.insertBefore(old, anchor);
    });
  };
  const frame = (block) => {
    const copy = block.cloneNode(true);
    for (const value of $$(".value", copy)) value.textContent = "";
    return tidy(copy.textContent);
  };
  const compare = (olds, now) => {
    // the published number stands struck through where numbers are all that changed
    const before = $$(".value", olds.find((old) => frame(old) === frame(now)) ?? make("p"));
    $$(".value", now).forEach((value, at) => {
      if (
        !before[at] || before[at].textContent === value.textContent ||
          !value.matches(".value-result")
      ) return;
      value.after(struck(before[at].textContent));
    });
  };
  const raised = (text) =>
    text.split(/([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/).map((part, at) =>
      at % 2
        ? make("sup", {}, part.replace(/./g, (sign) => "−0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(sign)]))
        : part);
  press.refill = (table, rows) => {
    // the data of a figure, when a reader opens them
    const columns = $$("thead th", table).map((head) => head.className);
    table.tBodies[0].replaceChildren(
      ...rows.map((row) =>
        make(
          "tr",
          {},
          ...row.map(([text, key], column) => {
            const cell = make("td", {}, ...raised(text));
            // as data-table.html has it
            if (columns[column] || text.length < 15)
              cell.className = `${columns[column]} nowrap`.trim();
            if (key !== undefined) cell.dataset.key = key;
            return cell;
          })
        ))
    );
    $("caption", table).textContent = count(rows.length, "row");
  };
  const restate = (box, old, figure) => {
    // a chart that is drawn from other data: no picture shows these
    box.restated = figure;
    box.classList.add("restated-chart");
    if (old) box.style.minHeight = `${old.offsetHeight}px`;
    undo.push(() => box.drawn?.then(() => box.view?.finalize()));
  };
  // what names the state, and code
  const isQuiet = (block) => block.closest(".cite-box") || block.matches("[data-part]");
  const filled = (node, state) => {
    // blocks within a new one: new themselves, or those of the page
    for (const place of $$("[data-block]", node)) {
      const name = place.dataset.block,
        html = state.blocks[name];
      const published = () => [parts.get(name).cloneNode(true)];
      place.replaceWith(...(html === undefined ? published() : nodesOf(html)));
    }
    return node;
  };
  function apply(state, begun) {
    const changed = Object.entries(state.blocks)
      .map(([name, html]) => [blocks.get(name), html])
      .filter(([old]) => old && !(outer(old)?.dataset.block in state.blocks));
    const news = [],
      quiet = [],
      charts = [];
    const beside = changed.map(([old]) =>
      changed.map(([other]) => other).filter((other) => other.parentNode === old.parentNode));
    for (const [at, [old, html]] of changed.entries()) {
      const made = nodesOf(html).map((node) => filled(node, state));
      const isAside = isQuiet(old);
      replace(old, made);
      if (isAside) {
        quiet.push(...made);
        continue;
      }
      for (const node of made) {
        node.classList.add("restated");
        compare([old, ...beside[at]], node);
        for (const box of $$(".chart[data-chart]", node)) {
          const name = box.dataset.name,
            figure = state.figures[name];
          if (figure && press.draw) {
            restate(box, $(`.chart[data-name="${name}"]`, old), figure);
            charts.push(box);
          } else if (figure) {
            // in a theme's pages charts are pictures, those of the published edition
            box.textContent = "There is no picture of this figure under this choice.";
          }
        }
      }
      news.push(...made);
    }
    for (const node of [...news, ...quiet]) {
      runScripts(node);
      press.enhance?.(node);
    }
    const unfolded = news.flatMap((node) => press.unfold?.(node) ?? []);
    undo.push(() => unfolded.forEach((fold) => { fold.open = false; }));
    for (const node of quiet) press.addCiteButtons?.(node);
    const drawn = charts.reduce(
      async (before, box) => {
        await before;
        // what nobody sees yet costs no first visit
        if (box.getBoundingClientRect().top > innerHeight) await begun;
        if (!box.isConnected) return;
        await press.draw(box);
        holding(() => { box.style.minHeight = ""; });
      },
      null
    );
    const stops = press.walk.stops(
      news,
      changed.map(([old]) => old).filter((old) => !isQuiet(old))
    );
    const figures = stops.filter((stop) => stop.isFigure).length;
    const turned =
      Object.values(state.fallen).filter(([holds, , kind]) =>
        holds === false && kind === "sentence").length;
    return { drawn, stops, passages: stops.length - figures, figures, turned };
  }
  // Scripts that come with a passage are inert: each is made anew, in turn.
  const again = (script) =>
    new Promise((done) => {
      const made = make("script");
      for (const { name, value } of script.attributes) made.setAttribute(name, value);
      made.textContent = script.textContent;
      if (made.src) made.onload = made.onerror = done; // what comes after it may need it
      script.replaceWith(made);
      if (!made.src) done();
    });
  const runScripts = async (part) => {
    for (const script of $$("script:not([type$=json])", part)) await again(script);
  };
  // What is at the top of the view stays there, even if the content above it grows or shrinks.
  const holding = (change) => {
    const held = bar.contains(document.activeElement) && !bar.matches(".open")
      ? bar
      : [...blocks.values()].find((block) =>
        block.isConnected && !outer(block) && block.getBoundingClientRect().top > 0);
    const top = held?.getBoundingClientRect().top;
    change();
    if (held?.isConnected)
      scrollBy({ top: held.getBoundingClientRect().top - top, behavior: "instant" });
  };
  const restore = () => {
    while (undo.length) undo.pop()();
  };
  press.page = { article, apply, restore, holding };
})();
