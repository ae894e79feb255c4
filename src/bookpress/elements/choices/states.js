// The bar of choices: what a reader chooses is shown on the page, in the strip and in the address.
// Runs before the scripts that every page loads.
(() => {
  "use strict";
  const bar = document.getElementById("chapter_choices"),
    root = document.documentElement;
  const reveal = () => root.classList.remove("asked"); // mode.js has set it
  if (!bar) {
    reveal();
    return;
  }
  const press = window.bookpress;
  const { $, $$, make, button, count, copied } = press.dom,
    { article, apply, restore, holding } = press.page,
    { find, walks, Unknown } = press.states;
  const settings = new Map($$(".setting", bar).map((part) => [part.dataset.name, part]));
  // by old name: the present one, and which end of a period
  const renamed = new Map(Object.entries(JSON.parse(bar.dataset.renamed ?? "{}")));
  const folder = bar.dataset.states,
    title = document.title;
  let choice = {},
    wish = {},
    current = null,
    asked = 0,
    stopped = new AbortController();

  // ---- The visible parts: controls, the strip that stays in view, messages, the address ----
  const radios = (name) => $$("input[type=radio]", settings.get(name) ?? make("p"));
  const usual = (name) => settings.get(name).dataset.value;
  const words = (name, value) => {
    const rows = $$("tr[data-value]", settings.get(name));
    const row = rows.find((tried) => tried.dataset.value === value);
    return row ? $(".strip-words", row).textContent : value;
  };
  const label = (name) => settings.get(name).dataset.label;
  const brief = (name) => $("b", settings.get(name).closest(".choice"));
  const briefs = new Map([...settings.keys()].map((name) => [name, brief(name).textContent]));
  // `early.first`: the first year of a period
  const named = (name) =>
    renamed.get(name) ?? name.match(/^(.+)\.(first|last)$/)?.slice(1) ?? [name];
  const address = (wanted) => {
    const query = new URLSearchParams(location.search);
    for (const name of [...query.keys()]) if (settings.has(named(name)[0])) query.delete(name);
    for (const [name, value] of Object.entries(wanted)) query.set(name, value);
    return query.size ? `?${query}` : "";
  };
  const withEnd = (period, end, year) => {
    // a period of one year is written as this year
    const [first, last = first] = period.split("-");
    return [...new Set(end === "first" ? [year, last] : [first, year])].join("-");
  };
  const asks = () => {
    const wanted = {};
    for (const [name, value] of new URLSearchParams(location.search)) {
      const [now, end] = named(name);
      if (settings.has(now))
        wanted[now] = end ? withEnd(wanted[now] ?? usual(now), end, value) : value;
    }
    return Object.fromEntries(
      Object.entries(wanted).filter(([name, value]) => value !== usual(name))
    );
  };
  let recorded = JSON.stringify(asks());
  const record = (how, wanted) => {
    history[how](null, "", (address(wanted) || location.pathname) + location.hash);
    recorded = JSON.stringify(asks());
  };
  const said = make("p", { className: "visually-hidden" }),
    shown = make("p"),
    tools = make("div", { className: "state-tools" });
  const strip = make("aside", { className: "state-strip", hidden: true }, shown, tools);
  said.setAttribute("role", "status");
  strip.setAttribute("aria-label", "The state that is shown");
  document.body.append(said);
  article.before(strip);
  const copyLink = async ({ currentTarget: control }) => {
    const done = await copied(location.href);
    control.textContent = done ? "Copied" : "Copy it from the address bar";
    setTimeout(() => { control.textContent = "Copy link"; }, 2500);
  };
  const short = (text) => text.length > 48 ? `${text.slice(0, 46).trimEnd()}…` : text;
  const inWords = (wanted) =>
    Object.entries(wanted)
      .map(([name, value]) => `${label(name)}: ${short(words(name, value))}`)
      .join("; ");
  const sentence = (text) => text.endsWith("…") ? text : `${text}.`;

  const allowed = (name) => JSON.parse(settings.get(name).dataset.allowed ?? "[]");
  const shapes = {
    integer: /^[+-]?\d+$/,
    number: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
    string: /^\d{4}(-\d{4})?$/ // a period
  };
  const isWithin = (name, value) => {
    // what the command would accept
    const { type, ...ends } = JSON.parse(settings.get(name).dataset.bounds ?? "{}");
    if (!type) return true;
    const numbers = type === "string" ? value.split("-").map(Number) : [Number(value)];
    return shapes[type].test(value) && numbers[0] <= numbers.at(-1) &&
      numbers.every((number) =>
        Number.isFinite(number) &&
        !(number < ends.minimum || number > ends.maximum) &&
        !(number <= ends.exclusiveMinimum || number >= ends.exclusiveMaximum));
  };
  const refusal = ([name, value]) => {
    const within = allowed(name).join(", ") || settings.get(name).dataset.within;
    return `${label(name)}: ${short(value)}. Allowed: ${within}`;
  };
  const odd = (wanted) =>
    Object.entries(wanted).filter(([name, value]) =>
      allowed(name).length ? !allowed(name).includes(value) : !isWithin(name, value));
  const quoted = (text) => /^[\w.,:=/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const command = (wanted) =>
    [
      bar.dataset.command,
      ...Object.entries(wanted).map(([name, value]) =>
        `-p ${quoted(`${bar.dataset.chapter}.${name}=${value}`)}`)
    ].join(" ");

  const fit = () => root.style.setProperty("--strip", `${strip.offsetHeight}px`);
  const leave = () => {
    const from = document.activeElement,
      inStrip = strip.contains(from);
    go({});
    if (!inStrip && document.activeElement !== document.body) return;
    // the panel may show only some choices
    const shown = from.closest(".choice") ?? $(".choice:not([hidden])", bar);
    (bar.matches(".open") ? $("summary", shown) : $(".to-choices")).focus({ preventScroll: true });
  };
  const inFold = (title, line, open) => {
    const fold = make(
      "details",
      { open },
      make("summary", {}, title),
      make("pre", { className: "command" }, make("code", {}, line))
    );
    press.enhance?.(fold);
    return fold;
  };
  function tell(text, strong = "", state = null, line = state?.command, walk = []) {
    shown.replaceChildren(...(strong ? [make("strong", {}, strong), " "] : []), text);
    said.textContent = [text, walk[0]?.firstChild?.textContent].filter(Boolean).join(" ");
    tools.replaceChildren(
      button(
        leave,
        ...(state
          ? ["Back", make("span", { className: "wide" }, " to the published edition")]
          : ["Close"])
      ),
      ...walk
    );
    if (line) {
      const fold = inFold("Command", line, !state);
      const cites = document.getElementById("cite-this-chapter");
      if (state)
        tools.append(
          button(copyLink, "Copy link"),
          button(() => press.print(), "Print"),
          fold,
          ...(cites ? [make("a", { href: "#cite-this-chapter" }, "Cite this state")] : [])
        );
      else tools.append(fold);
    }
    strip.hidden = false;
    fit();
  }
  function reflect() {
    // controls show what is shown
    for (const [name, part] of settings) {
      const value = choice[name] ?? usual(name);
      for (const radio of radios(name)) radio.checked = radio.value === value;
      press.reflect?.(part, value);
      $(".choice-tools", part)?.remove();
      const differs = name in choice;
      part.closest(".choice").classList.toggle("chosen", differs);
      brief(name).textContent = differs ? words(name, value) : briefs.get(name);
      if (differs)
        part.append(
          make(
            "p",
            { className: "choice-tools" },
            button(() => press.walk.step(1), "Show what changed"),
            button(leave, "Back")
          )
        );
    }
    document.title = Object.keys(choice).length ? `${inWords(choice)} · ${title}` : title;
    root.toggleAttribute("data-restated", Object.keys(choice).length > 0);
  }
  async function show(wanted, dropped = "", begun = null, both = "") {
    const turn = ++asked; // the newest choice wins over one that comes later
    wish = wanted;
    stopped.abort();
    stopped = new AbortController();
    bar.setAttribute("aria-busy", "true");
    const late = setTimeout(() => { said.textContent = "Working…"; }, 500);
    let state = null,
      failure = null;
    try {
      if (Object.keys(wanted).length)
        [state] = await Promise.all([find(wanted, stopped.signal), walks()]);
    } catch (error) { failure = error; }
    clearTimeout(late);
    if (turn !== asked) return;
    bar.removeAttribute("aria-busy");
    reveal();
    if (failure && press.refuse?.(wanted, failure)) {
      // what was shown stays
      wish = choice;
      record("replaceState", choice);
      return;
    }
    if (failure && !(failure instanceof Unknown) && Object.keys(choice).length) {
      // a server or a disk that is gone takes nothing away
      wish = choice;
      record("replaceState", choice);
      reflect();
      shown.append(
        make("span", { className: "refused" }, ` ${failure.message} What is shown stays.`)
      );
      said.textContent = `${failure.message} What is shown stays.`;
      return;
    }
    let did;
    holding(() => {
      restore();
      press.walk?.end();
      wish = choice = state ? wanted : {};
      current = state;
      if (state) did = apply(state, begun);
      reflect();
    });
    const made = $("#this-chapter .as-published code"); // the files of what is shown
    if (made) made.textContent = state?.command ?? "";
    if (failure instanceof Unknown && odd(wanted).length)
      tell(
        `There is no such value: ${odd(wanted).map(refusal).join(". ")}. ` +
          "You read the published edition."
      );
    else if (failure instanceof Unknown)
      tell(
        `${inWords(wanted)}: this is not among the states made of this page, so you read the ` +
          "published edition. This command computes it:",
        "",
        null,
        command(wanted)
      );
    else if (failure)
      tell(`${inWords(wanted)}: ${failure.message} You read the published edition.`);
    else if (!state) {
      strip.hidden = true;
      said.textContent = "The published edition.";
    } else {
      const parts = [[did.passages, "passage"], [did.figures, "figure"]].filter(([number]) =>
        number).map((part) => count(...part));
      const fell = did.turned ? ` · ${count(did.turned, "sentence turns", "sentences turn")}` : "";
      const walk = press.walk.begin(
        did.stops,
        `${parts.join(" · ") || "Nothing"} ${did.stops.length > 1 ? "differ" : "differs"}${fell}`,
        { strip, fit, leave, say: (text) => { said.textContent = text; } }
      );
      tell(
        `${sentence(inWords(choice))} ${dropped}`.trim(),
        "Not the published edition.",
        state,
        state.command,
        walk
      );
      if (both) tools.append(inFold("Command for both choices", both, true));
    }
    await did?.drawn;
  }
  function go(wanted, dropped = "", both = "") {
    record("pushState", wanted);
    return show(wanted, dropped, null, both);
  }
  async function choose(name, value) {
    const { [name]: _, ...others } = wish,
      wanted = value === usual(name) ? others : { ...others, [name]: value };
    wish = wanted; // another choice may come before this one is loaded: both count
    if (Object.keys(wanted).length < 2 || press.live) return go(wanted);
    const turn = ++asked; // one that still loads is part of this one
    let isMade = true;
    try { await find(wanted); } catch (error) { isMade = !(error instanceof Unknown); }
    if (turn !== asked) return null;
    return isMade
      ? go(wanted)
      : go({ [name]: value }, "The other choice is as published again. ", command(wanted));
  }

  // ---- Start: the script adds the radio buttons, so that no control is dead without it ----
  for (const [name, part] of settings) {
    for (const row of folder ? $$("tr[data-value]", part) : []) {
      const head = $("th", row),
        text = make("span");
      text.append(...head.childNodes);
      head.append(
        make(
          "label",
          {},
          make("input", {
            type: "radio",
            name: `choice-${name}`,
            value: row.dataset.value,
            onchange: () => choose(name, row.dataset.value)
          }),
          text
        )
      );
      row.addEventListener("click", (event) => {
        if (!event.target.closest("label")) $("input", row).click();
      });
    }
  }
  // Prints contain only drawn figures: the print key and "Print" draw all of them first; a missing
  // one says so (restated.css).
  const undrawn = () => $$(".restated-chart:not([data-state='live'])", article);
  press.print = async () => {
    await Promise.all(undrawn().map(press.draw));
    print();
  };
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || !undrawn().length)
      return;
    event.preventDefault();
    press.print();
  });
  addEventListener("beforeprint", () => undrawn().forEach(press.draw)); // for the next time
  Object.assign(press, {
    choose,
    asks,
    shown: () => current && { id: current.id, words: inWords(choice) }
  });
  addEventListener("popstate", () => {
    // what is shown may be another state: that of the address may still load
    const before = recorded;
    recorded = JSON.stringify(asks());
    if (recorded !== before) show(asks());
  });
  addEventListener("DOMContentLoaded", async () => {
    reflect();
    if (!Object.keys(asks()).length) {
      reveal();
      return;
    }
    const { hash } = location;
    await press.settled?.();
    await show(asks(), "", hash ? null : press.begun);
    if (hash) document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView();
  });
})();
