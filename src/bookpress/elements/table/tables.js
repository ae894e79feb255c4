// Long tables: a field that filters the rows, and a way to contest one.
(() => {
  "use strict";
  const here = new URL("./", document.currentScript.src);
  const make = (tag, attributes = {}, text = "") => {
    const element = Object.assign(document.createElement(tag), attributes);
    if (text) element.textContent = text;
    return element;
  };

  const search = (table) => {
    const rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const label = "Show only rows that contain";
    const box = make("p", { className: "table-search" });
    const field = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    const count = make("output");
    const show = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word));
        if (!row.hidden) shown += 1;
      });
      count.textContent = `${shown} of ${rows.length} rows`;
    };
    const wrapper = make("label", {}, label);
    wrapper.append(field);
    box.append(wrapper, count);
    field.addEventListener("input", show);
    show();
    const scrolling = table.closest(".pst-scrollable-table-container, .table-scroll") ?? table;
    scrolling.before(box);
  };

  // On a phone each row is a card, whose cells are named by their headings. It shows its name and
  // the column that matters most, the second or that of a class such as `lead-5`; a button the rest.
  const label = (table) => {
    const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const lead = Number(table.className.match(/\blead-(\d+)\b/)?.[1] ?? 2) - 1;
    for (const row of table.tBodies[0].rows) {
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

  // A list in several folds: a field that shows only the items that contain its words, and opens what holds them.
  const filter = (box) => {
    const items = [...box.querySelectorAll("li")];
    const texts = items.map((item) => item.textContent.toLowerCase());
    const folds = [...box.querySelectorAll("details")];
    const field = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    const count = make("output");
    const show = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      items.forEach((item, place) => {
        item.hidden = !words.every((word) => texts[place].includes(word));
      });
      for (const list of box.querySelectorAll("ul")) {
        const isEmpty = !list.querySelector("li:not([hidden])");
        list.hidden = isEmpty;
        if (list.previousElementSibling?.matches(".by-choice")) list.previousElementSibling.hidden = isEmpty;
      }
      for (const fold of folds) {
        const isEmpty = !fold.querySelector("li:not([hidden])");
        fold.hidden = isEmpty;
        if (words.length) fold.open = !isEmpty;
      }
      const shown = items.filter((item) => !item.hidden).length;
      count.textContent = words.length ? `${shown} of ${items.length} sentences` : `${items.length} sentences`;
    };
    const label = make("label", {}, box.dataset.filter);
    const row = make("p", { className: "table-search" });
    label.append(field);
    row.append(label, count);
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
    return values.flatMap((value, place) => (value && headings[place] ? [`${headings[place]}: ${value}`] : []));
  };

  const write = (lines) => {
    if (window.bookpress?.contest) {
      window.bookpress.contest("a row", lines);
      return;
    }
    const script = make("script", { src: new URL("contest.js", here).href });
    script.addEventListener("load", () => window.bookpress.contest("a row", lines));
    document.head.append(script);
  };

  const contest = (table) => {
    for (const row of table.tBodies[0].rows) {
      const first = row.cells[0];
      const name = first.textContent.trim();
      const button = make("button", { type: "button", className: "contest-row" }, "Contest");
      button.setAttribute("aria-label", `Contest the row of ${name}`);
      button.addEventListener("click", () => write(facts(table, row)));
      row.insertCell().append(button);
    }
    const last = make("th");
    last.append(make("span", { className: "visually-hidden" }, "Contest a row"));
    table.tHead.rows[0].append(last);
  };

  document.querySelectorAll("table.searchable").forEach(search);
  document.querySelectorAll("table.searchable").forEach(label);
  document.querySelectorAll("[data-filter]").forEach(filter);
  document.querySelectorAll("table.contestable").forEach(contest);
})();
