// The chart of a cover under the choice in the address: drawn from the states of its chapter, or
// said to be as published.
(() => {
  "use strict";
  const root = document.documentElement;
  const press = window.bookpress;
  const { $, $$, make, parsed, here, load } = press.dom;
  const asked = [...new URLSearchParams(location.search)];
  // the link to a chapter in the list of what becomes of findings under a choice
  const rowOf = (chapter, [name, value]) => {
    const tried = `[data-value="${CSS.escape(value)}"]`;
    const shown = $(`.whole-book [data-name="${CSS.escape(name)}"] ${tried}`);
    return shown && $$("th a", shown).find((row) => row.pathname === chapter.pathname);
  };

  // Draws a chart as in a state of its chapter; returns what to say of it.
  async function follow(figure, name, id) {
    const { chart, figure: anchor, states, pageFrom } = figure.dataset;
    if (!press.packs) await load(new URL("states.js", here).href);
    const packs = press.packs(states, root.dataset.edition);
    const row = (await packs.index()).choices[name].find((tried) => tried.id === id);
    const state = await packs.state(row);
    const shown = Object.values(state.blocks)
      .map((html) => $(`#${CSS.escape(anchor)}`, parsed(html)))
      .find(Boolean);
    const box = $(".chart", figure);
    if (state.figures[anchor]) {
      Object.assign(box.dataset, { chart, name: anchor, pageFrom });
      box.restated = state.figures[anchor];
      const images = $$("img", figure),
        published = images.map(({ alt }) => alt);
      const describe = (words) => images.forEach((image, at) => { image.alt = words[at]; });
      describe(images.map(() => $("img", shown).alt));
      await press.draw(box);
      if (box.dataset.state !== "live") {
        describe(published);
        throw new Error("The chart is not drawn.");
      }
    }
    if (shown) {
      $("figcaption a", figure).textContent = $(".caption-text", shown).textContent;
      $(".figure-source", figure).replaceChildren(...$(".figure-source", shown).childNodes);
    }
    return shown ? "This chart is drawn under your choice." : "Your choice changes nothing in it.";
  }

  async function show(figure) {
    const link = $("figcaption a", figure);
    const made = asked.filter((choice) => rowOf(link, choice));
    if (!made.length) return;
    let said = "This chart shows the published edition.",
      where = "See it under your choice";
    if (made.length === 1)
      try {
        said = await follow(figure, made[0][0], rowOf(link, made[0]).dataset.state);
        where = "See it in its chapter";
      } catch (error) { console.warn("The chart stays as published:", error); }
    const there = new URL(link.href);
    for (const [name, value] of made) there.searchParams.set(name, value);
    link.closest("figcaption").after(
      make(
        "p",
        { className: "as-published" },
        `${said} `,
        make("a", { href: there.href }, where),
        "."
      )
    );
  }
  for (const figure of $$(".cover-chart")) show(figure);
})();
