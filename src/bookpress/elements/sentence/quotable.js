// Each quotable sentence has a button at its end; pressing it, or selecting the sentence, offers
// the sentence as a quote.
(() => {
  "use strict";
  const press = window.bookpress;
  const { $, $$, make, within, here, load } = press.dom;

  // ---- The panel, created on first use ----
  let panel;
  const bringPanel = () => {
    const style = { rel: "stylesheet", href: new URL("quote.css", here).href };
    document.head.append(make("link", style));
    return load(new URL("quote.js", here));
  };
  const quote = async (sentence, opener) => {
    try { await (panel ??= bringPanel()); } catch {
      panel = undefined;
      console.warn("The panel of quotes cannot be loaded.");
      return;
    }
    press.showQuote(sentence, opener);
  };

  // ---- Buttons: on the page, and on passages shown in another state ----
  (press.enhancers ??= []).push((part) => {
    for (const sentence of within(part, ".quotable")) {
      const place = $$(".holds", sentence).at(-1);
      const has = $(".quote-button", sentence);
      if (!place || has || sentence.closest("summary, .walk-beside")) continue;
      const button = make("button", {
        type: "button",
        className: "quote-button",
        onclick: () => quote(sentence, button)
      });
      button.setAttribute("aria-label", "Quote this sentence");
      button.setAttribute("aria-haspopup", "dialog");
      // not after it, where a full line would leave it at the head of the next
      place.append(button);
    }
  });

  // ---- A selection within a quotable sentence, or across several ----
  const offer = make("button", { type: "button", className: "quote-offer", hidden: true }, "Quote");
  document.body.append(offer);
  let selected;
  const follow = () => {
    const selection = getSelection(),
      range = selection.rangeCount ? selection.getRangeAt(0) : null;
    selected = !range || range.collapsed || !String(selection).trim()
      ? null
      : $$("article .quotable").find((sentence) =>
        range.intersectsNode(sentence) && $(".quote-button", sentence));
    offer.hidden = !selected;
    if (!selected) return;
    const box = [...range.getClientRects()].at(-1) ?? selected.getBoundingClientRect();
    const left = Math.max(
      8,
      Math.min(
        document.documentElement.clientWidth - offer.offsetWidth - 8,
        box.right - offer.offsetWidth
      )
    );
    Object.assign(offer.style, {
      left: `${left + scrollX}px`,
      top: `${box.bottom + 8 + scrollY}px`
    });
  };
  let later;
  document.addEventListener("selectionchange", () => {
    clearTimeout(later);
    later = setTimeout(follow, 200);
  });
  // the selection stays until the click
  offer.addEventListener("pointerdown", (event) => event.preventDefault());
  offer.addEventListener("click", () => {
    const sentence = selected;
    offer.hidden = true;
    if (sentence) quote(sentence, $(".quote-button", sentence));
  });
})();
