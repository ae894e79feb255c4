// Long tables: rows loaded on demand, a filter field, and a way to contest a row.
(() => {
  "use strict";
  const press = window.bookpress;
  const { $, $$, make, count, parsed, here, load } = press.dom;

  const rowsOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);

  // ---- Rows that are not on the page are loaded when a reader asks for them, or searches ----
  const arrived = new Map();
  press.laterRows = (id, html) => arrived.set(id, html);
  const comesLater = (table, begin) => {
    const note = $(".later-rows", table.parentElement);
    const link = note && $("a", note);
    if (!link) return { whole: async () => {}, total: rowsOf(table).length };
    let coming;
    const whole = () =>
      coming ??= load(new URL(link.dataset.rows, document.baseURI)).then(() => {
        const rows = parsed(`<table><tbody>${arrived.get(table.id)}</tbody></table>`);
        const body = $("tbody", rows);
        table.append(body);
        note.remove();
        begin([...body.rows]);
        press.enhance?.(body);
        return body;
      });
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      try {
        const [first] = (await whole()).rows;
        first.tabIndex = -1;
        first.focus({ preventScroll: true });
      } catch { location.href = link.href; }
    });
    return { whole, total: Number(table.dataset.rows) };
  };

  // Returns what adds rows to those that are searched, before their buttons are part of their text.
  const search = (table, { whole, total }) => {
    const texts = new Map();
    const add = (rows) => {
      for (const row of rows) texts.set(row, row.textContent.toLowerCase());
      show();
    };
    const label = "Show only rows that contain";
    const box = make("p", { className: "table-search" });
    const field = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    const said = make("output");
    const show = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text] of texts) {
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) shown += 1;
      }
      said.textContent = `${shown} of ${total} rows`;
    };
    const wrapper = make("label", {}, label);
    wrapper.append(field);
    box.append(wrapper, said);
    field.addEventListener("input", () => {
      show();
      whole().catch(() => {}); // the rows that are here stay
    });
    const scrolling = table.closest(".pst-scrollable-table-container, .table-scroll") ?? table;
    scrolling.before(box);
    return add;
  };

  // On a phone each row is a card, whose cells are labelled by their headings. It shows its name
  // and the most important column, the second or that of a class such as `lead-5`; a button shows
  // the rest.
  // If there is room, as many columns as a class such as `beside-8` says are side by side.
  // The others follow below, labelled; behind the button if there are many.
  const number = (table, name) =>
    Number(table.className.match(new RegExp(`\\b${name}-(\\d+)\\b`))?.[1]);
  const label = (table, rows) => {
    const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const lead = (number(table, "lead") || 2) - 1;
    for (const row of rows) {
      [...row.cells].forEach((cell, place) => (cell.dataset.label = headings[place] ?? ""));
      row.cells[lead]?.classList.add("lead");
      row.cells[0].append(unfolding(row));
    }
    table.classList.add("cards");
  };
  const unfolding = (row) => {
    const name = row.cells[0].textContent.trim();
    const button = make("button", { type: "button", className: "card-more" }); // its word is drawn
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", `More on ${name}`);
    button.addEventListener("click", () => {
      const isOpen = row.classList.toggle("unfolded");
      button.setAttribute("aria-expanded", String(isOpen));
    });
    return button;
  };

  // A list in several folds: a field that shows only the items that contain its words, and opens
  // their folds.
  const filter = (box) => {
    const items = $$("li", box);
    const texts = items.map((item) => item.textContent.toLowerCase());
    const folds = $$("details", box);
    const field = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    const said = make("output");
    const show = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      items.forEach((item, place) => {
        item.hidden = !words.every((word) => texts[place].includes(word));
      });
      for (const list of $$("ul", box)) {
        const isEmpty = !$("li:not([hidden])", list);
        list.hidden = isEmpty;
        if (list.previousElementSibling?.matches(".by-choice"))
          list.previousElementSibling.hidden = isEmpty;
      }
      for (const fold of folds) {
        const isEmpty = !fold.querySelector("li:not([hidden])");
        fold.hidden = isEmpty;
        if (words.length) fold.open = !isEmpty;
      }
      const shown = items.filter((item) => !item.hidden).length;
      said.textContent = words.length
        ? `${shown} of ${items.length} sentences`
        : count(items.length, "sentence");
    };
    const label = make("label", {}, box.dataset.filter);
    const row = make("p", { className: "table-search" });
    label.append(field);
    row.append(label, said);
    field.addEventListener("input", show);
    show();
    box.before(row);
    const arrive = () => {
      const item = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const fold = item && box.contains(item) && item.closest("details");
      if (!fold) return;
      fold.open = true;
      item.scrollIntoView();
    };
    addEventListener("hashchange", arrive);
    arrive();
  };

  const heading = (cell) => cell.textContent.trim();

  const facts = (table, row) => {
    const headings = [...table.tHead.rows[0].cells].map(heading);
    const values = [...row.cells].map(heading);
    return values.flatMap((value, place) =>
      (value && headings[place] ? [`${headings[place]}: ${value}`] : []));
  };

  const write = async (lines) => {
    if (!press.contest) await load(new URL("contest.js", here));
    press.contest("a row", lines);
  };

  const contest = (table, rows) => {
    for (const row of rows) {
      const first = row.cells[0];
      const name = first.textContent.trim();
      const button = make("button", { type: "button", className: "contest-row" }, "Contest");
      button.setAttribute("aria-label", `Contest the row of ${name}`);
      button.addEventListener("click", () => write(facts(table, row)));
      row.insertCell().append(button);
    }
  };
  const head = (table) => {
    const last = make("th");
    last.append(make("span", { className: "visually-hidden" }, "Contest a row"));
    table.tHead.rows[0].append(last);
  };

  const lay = (table, rows) => {
    const beside = number(table, "beside");
    if (!beside) return;
    table.classList.add("beside");
    table.classList.toggle("folds", table.tHead.rows[0].cells.length - beside > 2);
    table.style.setProperty("--beside", beside);
    for (const row of rows)
      [...row.cells].slice(beside).forEach((cell) => cell.classList.add("below"));
  };

  const begin = (table) => {
    const use = (rows) => {
      add(rows);
      label(table, rows);
      lay(table, rows);
      if (table.matches(".contestable")) contest(table, rows);
    };
    const later = comesLater(table, use);
    const add = search(table, later);
    use(rowsOf(table));
    lay(table, table.tHead.rows);
    if (table.matches(".contestable")) head(table);
  };
  const ready = (part) => {
    $$("table.searchable", part).forEach(begin);
    $$("[data-filter]", part).forEach(filter);
  };
  ready(document);
  (press.enhancers ??= []).push(ready); // of what a state shows instead
})();
