// Live charts, and the controls of figures. Without this script figures are pictures.
(() => {
  "use strict";
  const press = window.bookpress;
  const { $, $$, make, within, here, load } = press.dom;

  // ---- The bundle is fetched when the reader, after some scrolling, comes near a chart ----
  const payloads = new Map(),
    waiting = new Map(); // by address: a published chart and its state share one
  const charts = $$(".chart[data-chart]");
  let bundle,
    saving;
  const spec = (box) => {
    const { href } = new URL(box.dataset.chart, document.baseURI);
    if (!payloads.has(href))
      payloads.set(
        href,
        new Promise((done, failed) => {
          waiting.set(href, done);
          load(href).catch((error) => {
            payloads.delete(href); // a later chart of it tries again
            failed(error);
          });
        })
      );
    return payloads.get(href);
  };
  // The rows behind a figure are loaded on demand.
  async function fill(fold) {
    const box = $(".chart", fold.closest("figure"));
    try {
      $("p", fold).outerHTML = (await spec(box)).table;
      if (box.restated?.rows) press.refill($(".data-table", fold), box.restated.rows);
      press.enhance(fold);
    } catch {
      /* the link to the page of the figure stays */
    }
  }
  Object.assign(press, {
    chart: (payload) => waiting.get(document.currentScript.src)?.(payload),
    drawAll: () => Promise.all($$(".chart[data-chart]").map(draw)),
    draw
  });

  function draw(box) {
    return box.drawn ??= drawn(box);
  }

  async function drawn(box) {
    box.dataset.state = "loading";
    const host = make("div", { className: "live" });
    try {
      const [payload] = await Promise.all([
        spec(box),
        bundle ??= load(new URL("vega.js", here).href)
      ]);
      const size = matchMedia("(max-width: 600px)").matches
        ? "narrow"
        : matchMedia(`(min-width: ${box.dataset.pageFrom ?? 1600}px)`).matches ? "page" : "wide";
      const sizes = size === "page" ? ["wide", "page"] : [size];
      const chart = Object.assign(
        {},
        ...sizes.flatMap((part) => [payload[part], box.restated?.[part]]),
        { datasets: { ...payload.datasets, ...box.restated?.datasets } }
      );
      // what a restated chart has not
      for (const key of Object.keys(chart)) if (chart[key] === null) delete chart[key];
      box.append(host); // out of sight, and of the way, until it takes the place of the picture
      const { view } = await vegaEmbed(host, chart, {
        renderer: "svg",
        ast: true,
        actions: false,
        defaultStyle: false,
        logLevel: 1,
        tooltip: { theme: "custom", disableDefaultStyle: true, formatTooltip }
      });
      box.dataset.state = "live";
      box.view = view; // for whoever reads or sets its signals
      if (chart.usermeta?.readout) announce(host, view, chart.usermeta.readout);
      byKeyboard(box, host);
    } catch (error) {
      host.remove();
      box.dataset.state = "still";
      console.warn("The chart stays a picture:", error);
    }
  }

  // A picture that differs from the published file is drawn on demand, with its title and source.
  document.addEventListener("click", async (event) => {
    const file = event.target.closest?.(".picture-file"),
      figure = file && (file.closest("figure") ?? document.getElementById(file.dataset.figure));
    const own =
      figure && ($(".chart", figure)?.restated || $(".controls-note:not([hidden])", figure));
    if (!own || event.defaultPrevented) return;
    event.preventDefault();
    await (saving ??= load(new URL("picture.js", here).href));
    press.savePicture(figure, file.textContent.toLowerCase());
  });

  // The name of a mark, then its values, for pointer and keyboard.
  const power = (text) =>
    text.replace(/^([\d.]+)e\+(\d+)$/, (_, number, places) =>
      `${number} × 10${places.replace(/./g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])}`);
  const known = (tooltip) =>
    Object.entries(tooltip)
      .filter(([name, value]) => name !== "title" && value !== "null")
      .map(([name, value]) => [name, power(String(value))]);
  const formatTooltip = (tooltip, safe) => {
    if (typeof tooltip === "string") return safe(tooltip);
    const title = tooltip.title ? `<b>${safe(tooltip.title)}</b>` : "";
    const rows = known(tooltip).map(([name, value]) =>
      `<tr><td class="key">${safe(name)}</td><td>${safe(value)}</td></tr>`);
    return `${title}<table>${rows.join("")}</table>`;
  };
  const spoken = (tooltip) =>
    (typeof tooltip === "string"
      ? tooltip
      : [tooltip.title, ...known(tooltip).map((pair) => pair.join(": "))].filter(Boolean).join(
        "; "
      ));

  // The results of a chart with controls are announced to screen readers when a control changes
  // them.
  function announce(host, view, signal) {
    const output = make("output", { className: "visually-hidden" }, view.signal(signal));
    let later;
    view.addSignalListener(signal, (_, text) => {
      clearTimeout(later);
      later = setTimeout(() => { output.textContent = text; }, 400);
    });
    host.append(output);
  }

  // ---- Controls of a chart: its signals and title follow them, the address records what differs
  // from the page ----
  function steer(form) {
    const figure = form.closest("figure"),
      box = $(".chart", figure),
      note = $(".controls-note", form),
      preset = $(".control-preset", form);
    const title = $(".caption-text", figure),
      published = [...title.childNodes].map((node) => node.cloneNode(true));
    const fields = $$("[data-signal]", form),
      presets = JSON.parse(form.dataset.presets);
    const usual = (field) =>
      (field.options
        ? [...field.options].find((option) => option.defaultSelected)?.value
        : plainNumber(field.defaultValue));
    const value = (field) => (field.options ? field.value : plainNumber(field.value));
    const set = (field, to) => {
      if (!field.options || [...field.options].some((option) => option.value === String(to)))
        field.value = to;
      if (field.type === "text" && Number.isFinite(Number(value(field))))
        field.value = Number(value(field)).toLocaleString("en-US", { maximumFractionDigits: 4 });
    };
    const show = async () => {
      for (const field of fields) {
        if (field.type === "range")
          field.nextSibling.textContent = field.max <= 1
            ? `${Math.round(field.value * 100)}%`
            : `${field.value}${field.dataset.after}`;
        if (field.type === "text")
          field.setCustomValidity(
            Number(value(field)) > 0 ? "" : "A number above 0, such as 1,000,000"
          );
      }
      const changed = fields.filter((field) => value(field) !== usual(field));
      note.hidden = !changed.length;
      if (!changed.length && box.dataset.state !== "live") return;
      await draw(box);
      const { view } = box;
      for (const field of fields)
        view?.signal(field.dataset.signal, field.options ? field.value : Number(value(field)) || 0);
      await view?.runAsync();
      title.replaceChildren(...(changed.length && view ? [view.signal("headline")] : published));
    };
    const keep = () => {
      const query = new URLSearchParams(location.search);
      for (const field of fields)
        if (value(field) === usual(field)) query.delete(field.name);
        else query.set(field.name, value(field));
      try {
        history.replaceState(
          null,
          "",
          `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`
        );
      } catch {
        /* a file */
      }
    };
    form.addEventListener("input", ({ target }) => {
      if (target === preset)
        for (const [name, to] of Object.entries(presets[preset.value] ?? {}))
          set(fields.find((field) => field.dataset.signal === name), to);
      else if (preset) preset.value = "";
      show();
    });
    form.addEventListener("change", ({ target }) => {
      if (target.type === "text") {
        set(target, target.value);
        target.reportValidity();
      }
      keep();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      fields.forEach((field) => set(field, field.value));
      show();
      keep();
    });
    form.addEventListener("reset", () =>
      setTimeout(() => {
        show();
        keep();
      }));
    const asked = new URLSearchParams(location.search);
    for (const field of fields) if (asked.has(field.name)) set(field, asked.get(field.name));
    Promise.resolve().then(show); // once all of this script has run
  }
  function plainNumber(text) {
    return text.replace(/[,\s$]/g, "");
  }

  // Arrow keys move between marks; each announces its values.
  function byKeyboard(box, host) {
    const svg = $("svg", host);
    if (!svg) return;
    const still = $("img", box);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", still.alt);
    // A mark announces its tooltip. Controls redraw marks, so they are collected again for each
    // key.
    const collect = () => {
      for (const part of $$("[role^='graphics'], [aria-roledescription], [aria-label]", svg)) {
        for (const name of ["role", "aria-roledescription", "aria-label"])
          part.removeAttribute(name);
      }
      return $$(".role-mark *", svg).filter((part) => {
        const tooltip = part.__data__?.mark && part.__data__.tooltip;
        if (tooltip) part.dataset.says = spoken(tooltip);
        return tooltip;
      });
    };
    let marks = collect();
    if (!marks.length) return;
    const group = make("div", { className: "visually-hidden" });
    group.setAttribute("aria-live", "polite");
    box.append(group);
    svg.setAttribute("tabindex", "0");
    svg.setAttribute("aria-label", `${still.alt} Arrow keys go from mark to mark.`);
    let at = -1;
    const leave = () => {
      marks[at]?.classList.remove("picked");
      press.hide();
    };
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step && event.key !== "Home" && event.key !== "End") return;
      event.preventDefault();
      leave();
      marks = collect();
      if (!marks.length) return;
      const from = at < 0 && step < 0 ? 0 : at; // the first way back leads to the last
      at = { Home: 0, End: marks.length - 1 }[event.key] ??
        (from + step + marks.length) % marks.length;
      marks[at].classList.add("picked");
      group.textContent = marks[at].dataset.says;
      press.tell(marks[at].dataset.says, marks[at].getBoundingClientRect());
    });
    svg.addEventListener("blur", leave);
  }

  // Pictures in the reader's colours are drawn once the page is complete: no waiting while
  // scrolling, complete prints.
  const fetchPictures = () => {
    for (const picture of $$(".still img")) if (picture.offsetParent) picture.loading = "eager";
  };
  addEventListener("load", fetchPictures);
  if (document.readyState === "complete") fetchPictures();

  if (charts.length)
    press.begun = new Promise((done) => {
      const begin = ({ type, target, movementX, movementY }) => {
        // the column of contents, which follows the page by itself
        if (type === "scroll" && target !== document) return;
        // a pointer that rests where the page came to lie
        if (type === "pointermove" && !movementX && !movementY) return;
        for (const name of begun) removeEventListener(name, begin, true);
        const near = new IntersectionObserver(
          (entries) => {
            for (const entry of entries)
              if (entry.isIntersecting) {
                near.unobserve(entry.target);
                draw(entry.target);
              }
          },
          { rootMargin: "600px" }
        );
        for (const box of charts) near.observe(box);
        done();
      };
      const begun = ["scroll", "pointermove", "pointerdown", "keydown", "touchstart", "focusin"];
      for (const name of begun) addEventListener(name, begin, { capture: true, passive: true });
    });

  const ready = (part) => {
    within(part, "form.controls").forEach(steer);
    for (const fold of within(part, ".tool-data"))
      fold.addEventListener("toggle", () => fill(fold), { once: true });
  };
  (press.enhancers ??= []).push(ready); // of what a state shows instead
  ready(document);

  const shows = $("#show-code");
  const colour = () => load(new URL("code-colours.js", here).href);
  shows?.addEventListener("change", colour, { once: true });
  if (shows?.checked) colour(); // a browser may restore it
})();
