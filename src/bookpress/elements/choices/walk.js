// A walk through the changes of a choice: from one passage or figure to the next, beside the
// published one.
(() => {
  "use strict";
  const press = window.bookpress;
  const { $, $$, make, button, tidy } = press.dom;
  const typing = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
  const apart =
    ".was, .copy, .figure-tools, .controls, .live, .figure-source, .figure-caption, " +
      ".figure-number, .headerlink, .sureness, noscript, form, button";
  let stops = [],
    at = -1,
    place,
    beside,
    tools;

  // The first stop is a sentence that turns, if there is one.
  const first = () => Math.max(0, stops.findIndex((stop) => stop.turns));
  const moved = (nodes) =>
    nodes.flatMap((node) => $$(".value", node)).map((value) =>
      Boolean(value.nextElementSibling?.matches(".was")));
  const copy = (nodes, changed, name) => {
    const box = make("div", {}, make("p", { className: "walk-name" }, name));
    for (const node of nodes) {
      const clone = node.cloneNode(true);
      for (const part of [clone, ...$$("*", clone)])
        for (const attribute of ["id", "data-block", "tabindex", "data-tip", "href"])
          part.removeAttribute(attribute);
      for (const part of $$(apart, clone)) part.remove();
      clone.classList.remove("restated", "stop", "chart-figure");
      box.append(
        /^(TR|TD|TH|LI|DD|DT|TBODY|THEAD)$/.test(clone.tagName)
          ? make("p", {}, clone.textContent)
          : clone
      );
    }
    $$(".value", box).forEach((value, index) =>
      value.classList.toggle("moved-number", changed[index] ?? false));
    return box;
  };
  // The previous version of a passage: the published one with most words in common; none for a new
  // passage.
  const words = (node) => new Set(node.textContent.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const likeness = (old, node) => {
    const [few, many] = [words(old), words(node)];
    return [...few].filter((word) => many.has(word)).length / Math.max(few.size, many.size, 1);
  };
  const before = (node, olds) => {
    const alike = olds.filter((old) => old.tagName === node.tagName).map((old) => [
      likeness(old, node),
      old
    ]);
    const [score, old] = alike.sort(([a], [b]) => b - a)[0] ?? [0];
    return score > .3 ? [old] : [];
  };
  const kind = ({ isFigure, turns }) =>
    (turns ? "a sentence turns" : isFigure ? "a figure" : "a passage");

  function step(by) {
    if (!stops.length) return;
    for (const node of stops[at]?.nodes ?? []) node.classList.remove("stop");
    at = at < 0 ? first() : (at + by + stops.length) % stops.length;
    const { olds, nodes, isFigure } = stops[at];
    for (let fold = nodes[0].closest("details"); fold; fold = fold.parentElement.closest("details"))
      fold.open = true;
    for (const node of nodes) node.classList.add("stop");
    place.textContent = `${at + 1} of ${stops.length}: ${kind(stops[at])}`;
    const changed = moved(nodes);
    beside.replaceChildren(
      copy(olds, changed, olds.length ? "Published" : "Not in the published edition"),
      ...(isFigure ? [] : [copy(nodes, changed, "Under this choice")])
    );
    beside.parentElement.classList.add("walking");
    beside.hidden = false;
    tools.fit();
    const target = nodes.at(-1),
      tall = target.offsetHeight > (innerHeight - tools.strip.offsetHeight) * .8;
    target.scrollIntoView({ block: tall ? "start" : "center", behavior: "instant" });
    const texts = nodes.map((node) => tidy(node.textContent));
    tools.say(`${place.textContent}. ${texts.join(" ").slice(0, 400)}`);
  }

  press.walk = {
    step,
    end() {
      stops = [];
      at = -1;
    },
    // The steps among new nodes: a note belongs to the passage after it.
    stops(news, olds) {
      const steps = [],
        notes = [];
      for (const node of [...news].sort((a, b) =>
        (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))) {
        notes.push(node);
        if (node.matches(".fallen-note")) continue;
        const nodes = notes.splice(0);
        steps.push({
          nodes,
          olds: before(node, olds),
          isFigure: Boolean($(".chart, img", node)),
          turns: nodes.some((part) => $(".fallen-sentence", part))
        });
      }
      return steps;
    },
    // The controls in the strip: `words` give the number of changes and lead to the first.
    begin(steps, words, ofStrip) {
      [stops, at, tools] = [steps, -1, ofStrip];
      if (!stops.length) return [words];
      place = make("span", { className: "walk-place" });
      beside = make("div", { className: "walk-beside", hidden: true, tabIndex: 0 });
      beside.setAttribute("role", "region");
      beside.setAttribute("aria-label", "Before and after");
      const all = button(
        () => {
          at = -1;
          step(1);
        },
        words
      );
      all.title = "Show the first of them; then n and p go on";
      const on = button(() => step(1), "Next"),
        back = button(() => step(-1), "Previous");
      return [make("span", { className: "walk" }, all, back, place, on), beside];
    }
  };

  document.addEventListener("keydown", (event) => {
    if (
      !stops.length || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey ||
        event.target.closest?.(typing)
    ) return;
    const arrow =
      tools.strip.contains(event.target) &&
        !beside.contains(event.target) &&
        { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const by = arrow || { n: 1, p: -1 }[event.key];
    if (by) {
      event.preventDefault();
      step(by);
      return;
    }
    if (event.key !== "Escape" || document.fullscreenElement || $("dialog[open]")) return;
    tools.leave();
  });
})();
