// The panel of a quotable sentence: its text, its intervals, its place, its evidence, its citation.
(() => {
  "use strict";
  const press = window.bookpress;
  const { $, $$, make, tidy, here, load, copied } = press.dom;

  // ---- The facts about a sentence ----
  const silent = ".was, .sureness, .quote-button, .visually-hidden, .headerlink";
  const textOf = (sentence) => {
    const copy = sentence.cloneNode(true);
    for (const part of $$(silent, copy)) part.remove();
    for (const raised of $$("sup", copy))
      raised.replaceWith(
        raised.textContent.replace(/[−\d]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["−0123456789".indexOf(sign)])
      );
    return tidy(copy.textContent);
  };
  const measureOf = (value) => value.dataset.tip ?? value.title;
  const intervals = (sentence) => [
    ...new Set($$(".value-result", sentence).map(measureOf).filter(Boolean))
  ];
  // The rows behind a number belong to the published edition: under another choice they would
  // differ.
  const rowsOf = (sentence, said) => {
    const value = $$(".value-result[data-rows]", sentence).find((near) => measureOf(near) === said);
    return value && !press.shown?.()
      ? [
        " ",
        make(
          "a",
          { href: `${document.documentElement.dataset.content_root}${value.dataset.rows}` },
          "The rows"
        ),
        "."
      ]
      : [];
  };
  // The address of the page, if the site has one, with the current choice.
  const address = (sentence) => {
    const public_ = $("link[rel=canonical]")?.href ?? $("meta[property='og:url']")?.content;
    const url = new URL(location.href),
      place = $(".holds[id]", sentence)?.id ?? sentence.closest("[id]")?.id ?? "";
    return `${(public_ ?? url.href).split(/[?#]/)[0]}${url.search}#${place}`;
  };
  // The figure named in the sentence, else in its paragraph, else the one beside it.
  const figureOf = (sentence) => {
    const block = sentence.closest("p, li, td, dd") ?? sentence;
    const link = $("a[href*='#fig-']", sentence) ?? $("a[href*='#fig-']", block);
    if (link && link.pathname !== location.pathname) return {};
    if (link)
      return {
        figure: document.getElementById(decodeURIComponent(link.hash.slice(1))),
        how: "It rests on "
      };
    const figure = [block.nextElementSibling, block.previousElementSibling].map((near) =>
      near?.matches("figure.chart-figure")
        ? near
        : near && $(":scope figure.chart-figure", near)).find(Boolean);
    return { figure, how: "Beside it stands " };
  };
  const warning = (sentence, shown) => {
    if (!shown) return "";
    const block = sentence.closest("p, li, td, dd"),
      note = block?.previousElementSibling;
    const reason = note?.matches(".fallen-note")
      ? tidy(note.textContent.replace(/^.*?: /, ""))
      : "";
    if (sentence.matches(".fallen-sentence") || $(".fallen-sentence", sentence))
      return `This sentence does not hold under ${shown.words}${reason && `: ${reason}`}`;
    return reason && !$(".fallen-sentence", block) ? tidy(note.textContent) : "";
  };

  // ---- The citation of the page, in the current state ----
  const cited = () => $(".cite-box p.cite-text");
  const bibtex = () => $(".cite-box pre.cite-text")?.textContent.trim() ?? "";
  const escaped = (text) => text.replace(/[\\*_`[\]<>]/g, "\\$&");
  const inMarkdown = (element) =>
    [...element.childNodes]
      .map((node) =>
        (node.nodeName === "I" ? `*${escaped(node.textContent)}*` : escaped(node.textContent)))
      .join("")
      .trim();
  const forms = (text, link) => {
    const reference = cited(),
      rows = { "Text": `“${text}”\n${reference ? `${tidy(reference.textContent)}\n` : ""}${link}` };
    const source = reference ? `${inMarkdown(reference)} ` : "";
    rows.Markdown = `> ${escaped(text)}\n>\n> ${source}<${link}>`;
    if (bibtex()) rows.BibTeX = bibtex();
    return rows;
  };

  // ---- If copying fails, the text is selected ----
  const copy = async (text, fallback) => {
    const done = await copied(text);
    if (!done) {
      fallback.value = text;
      fallback.hidden = false;
      fallback.select();
    }
    return done;
  };

  // ---- The panel ----
  // a click outside closes it: not one in its padding, nor the end of a selection
  const dialog = make("dialog", { className: "quote-panel", closedBy: "any" });
  document.body.append(dialog);
  const picture = ({ figure, how }) => {
    const image = $(".still img", figure);
    const words = [".caption-number", ".caption-text"]
      .map((part) => tidy($(part, figure)?.textContent))
      .filter(Boolean) // an author's own picture may have neither
      .join(": ");
    const link = make(
      "a",
      { href: `#${figure.id}`, onclick: () => dialog.close() },
      words || "a picture"
    );
    const box = make("div", { className: "quote-picture" }, make("p", {}, how, link, "."));
    const live = $(".live svg", figure);
    if (live) {
      const still = live.cloneNode(true);
      for (const name of ["role", "tabindex", "aria-label"]) still.removeAttribute(name);
      still.setAttribute("aria-hidden", "true");
      box.prepend(still);
    } else if (image) box.prepend(make("img", { src: image.currentSrc || image.src, alt: "" }));
    const files = $$(".picture-file", figure).map((file) => file.cloneNode(true));
    for (const file of files) file.dataset.figure = figure.id;
    if (files.length)
      box.lastChild.append(
        " With its title: ",
        ...files.flatMap((file, at) => (at ? [" · ", file] : [file])),
        "."
      );
    return box;
  };
  press.showQuote = (sentence, opener) => {
    const text = textOf(sentence),
      link = address(sentence),
      shown = press.shown?.(),
      figure = figureOf(sentence),
      warns = warning(sentence, shown);
    const status = make("p", { className: "quote-status" }),
      by_hand = make("textarea", { hidden: true, readOnly: true, rows: 4 });
    status.setAttribute("role", "status");
    by_hand.setAttribute("aria-label", "The text to copy");
    const copying = (name, content) =>
      make(
        "button",
        {
          type: "button",
          onclick: async () => {
            status.textContent = await copy(content, by_hand)
              ? `${name}: copied.`
              : `${name}: select it and press the copy key.`;
          }
        },
        name
      );
    const close = make(
      "button",
      { type: "button", className: "quote-close", onclick: () => dialog.close() },
      "Close"
    );
    const head = make("h2", { id: "quote-title" }, "Quote this sentence");
    dialog.replaceChildren(make("div", { className: "quote-head" }, head, close));
    if (shown)
      dialog.append(
        make(
          "p",
          { className: "quote-state" },
          make("strong", {}, "Not the published edition. "),
          `${shown.words}.`
        )
      );
    if (warns) dialog.append(make("p", { className: "quote-warning" }, warns));
    dialog.append(make("blockquote", {}, text));
    const numbers = intervals(sentence);
    if (numbers.length)
      dialog.append(
        make(
          "ul",
          { className: "quote-intervals" },
          ...numbers.map((said) => make("li", {}, said, ...rowsOf(sentence, said)))
        )
      );
    if (figure.figure) dialog.append(picture(figure));
    if (cited())
      dialog.append(
        make("p", { className: "quote-reference" }, ...[...cited().cloneNode(true).childNodes])
      );
    dialog.append(
      make(
        "p",
        { className: "quote-address" },
        make("a", { href: link, onclick: () => dialog.close() }, link)
      )
    );
    const buttons = Object.entries({ ...forms(text, link), Address: link }).map(([name, content]) =>
      copying(name, content));
    dialog.append(
      make("p", { className: "quote-copies" }, "Copy as ", ...buttons),
      by_hand,
      status
    );
    const doubt = make(
      "button",
      {
        type: "button",
        onclick: () => {
          dialog.close();
          const write = () =>
            press.contest("a sentence", [`“${text}”`, ...numbers, warns, link].filter(Boolean));
          if (press.contest) write();
          else load(new URL("contest.js", here)).then(write);
        }
      },
      "Contest this sentence"
    );
    dialog.append(make("p", { className: "quote-contest" }, doubt));
    dialog.setAttribute("aria-labelledby", "quote-title");
    dialog.onclose = () => opener?.isConnected && opener.focus({ preventScroll: true });
    dialog.showModal();
    buttons[0].focus();
  };
})();
