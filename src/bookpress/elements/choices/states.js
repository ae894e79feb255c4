// The bar of choices: shows the page under another choice, and restores it. Runs before the other
// scripts.
(() => {
  "use strict";
  const bar = document.getElementById("parameters"),
    root = document.documentElement;
  const reveal = () => root.classList.remove("asked"); // mode.js has set it
  if (!bar) {
    reveal();
    return;
  }
  // a theme may have another
  const article = bar.closest("article, main, [role=main]") ?? document.body;
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, attributes = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };
  // The press has given each block an id; a nested block may differ on its own.
  const blocks = new Map($$("[data-block]", article).map((block) => [block.dataset.block, block]));
  const parts = new Map(
    $$("[data-block] [data-part]", article).map((part) => [
      part.dataset.block,
      part.cloneNode(true)
    ])
  );
  const outer = (block) => block.parentElement.closest("[data-block]");
  const settings = new Map($$(".setting", bar).map((part) => [part.dataset.name, part]));
  // by old name: the present one, and which end of a period
  const renamed = new Map(Object.entries(JSON.parse(bar.dataset.renamed ?? "{}")));
  const here = new URL("./", document.currentScript.src);
  const folder = bar.dataset.states,
    title = document.title;
  const press = window.bookpress ??= {};
  let choice = {},
    wish = {},
    current = null,
    asked = 0,
    undo = [],
    stopped = new AbortController();

  // ---- States: classic scripts, the only thing that a page opened as a file may load ----
  const known = new Map();
  press.state = (name, content) => known.set(name, content);
  const run = (address, problem) =>
    new Promise((done, failed) => {
      const script = make("script", { src: address.href });
      script.onload = () => {
        script.remove();
        done();
      };
      script.onerror = () => {
        script.remove();
        failed(new Error(problem));
      };
      document.head.append(script);
    });
  async function load(name) {
    if (!known.has(name))
      await run(
        new URL(`${folder}${name}.js`, document.baseURI),
        "The file of this state cannot be loaded."
      );
    if (!known.has(name)) throw new Error(`${name}.js holds no state`);
    return known.get(name);
  }
  async function walks() {
    // what shows the changes is loaded when there are some
    if (!press.walk)
      await run(
        new URL(`walk.js?v=${root.dataset.edition ?? ""}`, here),
        "The script that shows what changed cannot be loaded."
      );
  }

  class Unknown extends Error {}
  async function find(wanted, signal) {
    const names = Object.keys(wanted);
    const index = folder ? await load("index") : { choices: {}, pairs: [] };
    if (folder && index.published !== bar.dataset.edition)
      throw new Error("The states beside this page are of another edition.");
    const values = names.map((name) =>
      index.choices[name]?.[radios(name).findIndex((one) => one.value === wanted[name])]);
    const same = (one) =>
      names.length === Object.keys(one.choice).length &&
        names.every((name, at) =>
          values[at] && JSON.stringify(one.choice[name]) === JSON.stringify(values[at].value));
    const row = names.length === 1 ? values[0] : index.pairs.find(same);
    if (row?.pack !== undefined) return unpacked(await load(`pack-${row.pack}`), row.id);
    if (!press.live) throw new Unknown();
    return press.live(bar.dataset.chapter, wanted, signal);
  }
  // A pack contains each piece once; its states refer to pieces by place (written by pack.py).
  const mapped = (entries, change) =>
    Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, change(value)]));
  const unpacked = ({ html, parts, states }, id) => {
    const state = states[id],
      part = (place) => parts[place];
    const figures = mapped(state.figures, ({ datasets, ...others }) => ({
      ...mapped(others, part),
      datasets: mapped(datasets, part)
    }));
    return { id, ...state, blocks: mapped(state.blocks, (place) => html[place]), figures };
  };

  // ---- The page in another state: originals are removed with the white space between them, never
  // changed ----
  const parsed = (html) => {
    const holder = make("template");
    holder.innerHTML = html;
    return [...holder.content.children];
  };
  const replace = (old, made) => {
    const parent = old.parentNode,
      anchor = old.nextSibling;
    const news = made.flatMap((node) => [node, document.createTextNode("\n")]);
    old.remove();
    for (const node of news) parent.insertBefore(node, anchor);
    undo.push(() => {
      for (const node of news) node.remove();
      parent.insertBefore(old, anchor);
      press.putBack?.(old);
    });
  };
  const frame = (block) => {
    const copy = block.cloneNode(true);
    for (const value of $$(".value", copy)) value.textContent = "";
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const compare = (olds, now) => {
    // the published number stands struck through where numbers are all that changed
    const before = $$(".value", olds.find((old) => frame(old) === frame(now)) ?? make("p"));
    $$(".value", now).forEach((value, at) => {
      if (
        !before[at] || before[at].textContent === value.textContent ||
          !value.matches(".value-result")
      ) return;
      value.after(
        make(
          "del",
          { className: "was" },
          make("span", { className: "visually-hidden" }, " published: "),
          before[at].textContent.split(" (")[0]
        )
      );
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
    $("caption", table).textContent = `${rows.length} rows`;
  };
  const restate = (box, old, figure) => {
    // a chart that is drawn from other data: no picture shows these
    box.restated = figure;
    box.classList.add("restated-chart");
    if (old) box.style.minHeight = `${old.offsetHeight}px`;
    const name = box.dataset.name,
      before = press.views?.[name];
    undo.push(() => {
      const now = press.views[name];
      if (now !== before) now?.finalize();
      if (before) press.views[name] = before;
      else delete press.views[name];
    });
  };
  // what names the state, and code
  const isQuiet = (block) => block.closest(".cite-box") || block.matches("[data-part]");
  const filled = (node, state) => {
    // blocks within a new one: new themselves, or those of the page
    for (const place of $$("[data-block]", node)) {
      const name = place.dataset.block,
        html = state.blocks[name];
      place.replaceWith(...(html === undefined ? [parts.get(name).cloneNode(true)] : parsed(html)));
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
      const made = parsed(html).map((node) => filled(node, state));
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
          if (figure) {
            restate(box, $(`.chart[data-name="${name}"]`, old), figure);
            charts.push(box);
          }
        }
      }
      news.push(...made);
    }
    for (const node of [...news, ...quiet]) press.enhance?.(node);
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

  // ---- The visible parts: controls, the strip that stays in view, messages, the address ----
  const radios = (name) => $$("input[type=radio]", settings.get(name) ?? make("p"));
  const usual = (name) => settings.get(name).dataset.value;
  const words = (name, value) => {
    const row = $$("tr[data-value]", settings.get(name)).find((one) => one.dataset.value === value);
    return row ? $(".strip-words", row).textContent : value;
  };
  const label = (name) => settings.get(name).dataset.label;
  const summaries = new Map(
    $$(".choice", bar).map((control) => [control, $("b", control).textContent])
  );
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
  const said = make("p", { className: "visually-hidden" }),
    shown = make("p"),
    tools = make("div", { className: "state-tools" });
  const strip = make("aside", { className: "state-strip", hidden: true }, shown, tools);
  said.setAttribute("role", "status");
  strip.setAttribute("aria-label", "The state that is shown");
  document.body.append(said);
  article.before(strip);
  const button = (click, ...text) => make("button", { type: "button", onclick: click }, ...text);
  const copyLink = async ({ currentTarget: one }) => {
    try {
      await navigator.clipboard.writeText(location.href);
      one.textContent = "Copied";
    } catch { one.textContent = "Copy it from the address bar"; }
    setTimeout(() => { one.textContent = "Copy link"; }, 2500);
  };
  const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
  const short = (text) => text.length > 48 ? `${text.slice(0, 46).trimEnd()}…` : text;
  const told = (wanted) =>
    Object.entries(wanted)
      .map(([name, value]) => `${label(name)}: ${short(words(name, value))}`)
      .join("; ");
  const sentence = (text) => text.endsWith("…") ? text : `${text}.`;

  const allowed = (name) => JSON.parse(settings.get(name).dataset.allowed ?? "[]");
  const refusal = ([name, value]) =>
    `${label(name)}: ${short(value)}. Allowed: ${allowed(name).join(", ")}`;
  const odd = (wanted) =>
    Object.entries(wanted).filter(([name, value]) =>
      allowed(name).length && !allowed(name).includes(value));
  const quoted = (text) => /^[\w.,:=/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const command = (wanted) =>
    [
      bar.dataset.command,
      ...Object.entries(wanted).map(([name, value]) =>
        `-p ${quoted(`${bar.dataset.chapter}.${name}=${value}`)}`)
    ].join(" ");

  const fit = () => root.style.setProperty("--strip", `${strip.offsetHeight}px`);
  const leave = () => {
    const inStrip = strip.contains(document.activeElement);
    go({});
    if (inStrip || document.activeElement === document.body)
      (bar.matches(".open") ? $("summary", bar) : $(".to-choices")).focus({ preventScroll: true });
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
      if (state)
        tools.append(
          button(copyLink, "Copy link"),
          button(() => press.print(), "Print"),
          fold,
          make("a", { href: "#cite-this-chapter" }, "Cite this state")
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
      if (name in choice)
        part.append(
          make(
            "p",
            { className: "choice-tools" },
            button(() => press.walk.step(1), "Show what changed"),
            button(leave, "Back")
          )
        );
    }
    for (const [control, text] of summaries) {
      const names = $$(".setting", control).map((part) => part.dataset.name),
        differs = names.some((name) => name in choice);
      control.classList.toggle("chosen", differs);
      $("b", control).textContent = differs
        ? names.map((name) => words(name, choice[name] ?? usual(name))).join("–")
        : text;
    }
    document.title = Object.keys(choice).length ? `${told(choice)} · ${title}` : title;
    root.toggleAttribute("data-restated", Object.keys(choice).length > 0);
  }
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
      history.replaceState(null, "", (address(choice) || location.pathname) + location.hash);
      return;
    }
    if (failure && !(failure instanceof Unknown) && Object.keys(choice).length) {
      // a server or a disk that is gone takes nothing away
      wish = choice;
      history.replaceState(null, "", (address(choice) || location.pathname) + location.hash);
      reflect();
      shown.append(
        make("span", { className: "refused" }, ` ${failure.message} What is shown stays.`)
      );
      said.textContent = `${failure.message} What is shown stays.`;
      return;
    }
    let did;
    holding(() => {
      while (undo.length) undo.pop()();
      press.walk?.end();
      wish = choice = state ? wanted : {};
      current = state;
      if (state) did = apply(state, begun);
      reflect();
    });
    if (failure instanceof Unknown && odd(wanted).length)
      tell(
        `There is no such value: ${odd(wanted).map(refusal).join(". ")}. ` +
          "You read the published edition."
      );
    else if (failure instanceof Unknown)
      tell(
        `${told(wanted)}: this is not among the states made of this page, so you read the ` +
          "published edition. This command computes it:",
        "",
        null,
        command(wanted)
      );
    else if (failure) tell(`${told(wanted)}: ${failure.message} You read the published edition.`);
    else if (!state) {
      strip.hidden = true;
      said.textContent = "The published edition.";
    } else {
      const parts = [[did.passages, "passage"], [did.figures, "figure"]].filter(([number]) =>
        number).map((part) => count(...part));
      const fell = did.turned ? ` · ${count(did.turned, "sentence turns", "sentences turn")}` : "";
      const walk = press.walk.begin(
        did.stops,
        `${parts.join(" · ") || "Nothing"} ${did.stops.length === 1 ? "differs" : "differ"}${fell}`,
        { strip, fit, leave, say: (text) => { said.textContent = text; } }
      );
      tell(
        `${sentence(told(choice))} ${dropped}`.trim(),
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
    history.pushState(null, "", (address(wanted) || location.pathname) + location.hash);
    return show(wanted, dropped, null, both);
  }
  async function choose(name, value) {
    const { [name]: _, ...others } = wish,
      wanted = value === usual(name) ? others : { ...others, [name]: value };
    wish = wanted; // another choice may come before this one is loaded: both count
    if (Object.keys(wanted).length < 2 || press.live) return go(wanted);
    try { await find(wanted); } catch (error) {
      if (error instanceof Unknown)
        return wish === wanted
          ? go({ [name]: value }, "The other choice is as published again. ", command(wanted))
          : null;
    }
    return wish === wanted ? go(wanted) : null;
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
  // one says so (choices.css).
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
    shown: () => current && { id: current.id, words: told(choice) }
  });
  addEventListener("popstate", () => {
    if (JSON.stringify(asks()) !== JSON.stringify(choice)) show(asks());
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
