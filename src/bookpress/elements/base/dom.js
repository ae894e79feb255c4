// What the scripts of a page share. It is part of the first of them: of mode.js in our layout, of
// themed.js in a theme's.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, attributes = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...children);
    return element;
  };
  const button = (onclick, ...children) => make("button", { type: "button", onclick }, ...children);
  // A part of a page, if it matches, and all that matches in it.
  const within = (part, selector) => [
    ...(part.matches?.(selector) ? [part] : []),
    ...$$(selector, part)
  ];
  // Links that are buttons answer the space bar too.
  const asButtons = (selector) =>
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || !event.target.matches?.(selector)) return;
      event.preventDefault();
      event.target.click();
    });
  // A published value, struck through beside the one that stands there now.
  const struck = (text) =>
    make(
      "del",
      { className: "was" },
      make("span", { className: "visually-hidden" }, " published: "),
      text.split(" (")[0]
    );
  const count = (number, noun, nouns = `${noun}s`) => `${number} ${number === 1 ? noun : nouns}`;
  const parsed = (html) => make("template", { innerHTML: html }).content;
  const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  // the folder of styles and scripts, from which others are loaded when they are needed
  const here = new URL("./", document.currentScript.src);
  // a classic script is the only thing that a page opened as a file may load
  const load = (address) =>
    new Promise((done, failed) => {
      const script = make("script", {
        src: address,
        onload: done,
        onerror: () => failed(new Error(`cannot load ${address}`))
      });
      document.head.append(script);
    });
  // Copies a text, in the older way where the newer one is refused, and says whether it could.
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      /* refused */
    }
    const fill = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener("copy", fill, true);
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    } finally {
      document.removeEventListener("copy", fill, true);
    }
  };
  (window.bookpress ??= {}).dom = {
    $,
    $$,
    make,
    button,
    within,
    asButtons,
    struck,
    count,
    parsed,
    tidy,
    here,
    load,
    copied
  };
})();
