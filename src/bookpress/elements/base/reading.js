// What scripts add to every page: colours, contents, tips, copying, sorting. Each part works
// independently; without them the page is still readable.
(() => {
  "use strict";
  const root = document.documentElement;
  const press = window.bookpress;
  const { $, $$, make, button, within, asButtons, copied } = press.dom;

  // ---- Colours: system, light, dark ----
  const modes = ["auto", "light", "dark"],
    words = { auto: "as the system", light: "light", dark: "dark" };
  const control = $("#mode");
  const show = (mode) => {
    if (mode === "auto") delete root.dataset.theme;
    else root.dataset.theme = mode;
    $("#mode-name").textContent = words[mode];
    control.title = `Colours: ${words[mode]}`;
  };
  if (control) {
    show(root.dataset.theme ?? "auto");
    control.addEventListener("click", () => {
      const mode = modes[(modes.indexOf(root.dataset.theme ?? "auto") + 1) % modes.length];
      try {
        if (mode === "auto") localStorage.removeItem("mode");
        else localStorage.setItem("mode", mode);
      } catch {
        /* no storage */
      }
      show(mode);
    });
  }

  // ---- Contents on small screens ----
  const contents = $("#book_contents"),
    opener = $("#open-contents");
  const close = () => {
    contents.classList.remove("open");
    opener.setAttribute("aria-expanded", "false");
  };
  if (contents && opener) {
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("role", "button");
    asButtons("#open-contents");
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      contents.classList.add("open");
      opener.setAttribute("aria-expanded", "true");
      $("#close-contents").focus();
    });
    $("#close-contents").addEventListener("click", () => {
      close();
      opener.focus();
    });
    contents.addEventListener("click", (event) => {
      if (event.target.closest("a")) close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !contents.classList.contains("open")) return;
      event.preventDefault(); // it leaves nothing else
      close();
      opener.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (contents.classList.contains("open") && !contents.contains(event.target)) close();
    });
    // the keyboard goes on in the page, which they would cover
    contents.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !contents.contains(relatedTarget)) close();
    });
  }

  // ---- The position in the book and in the chapter ----
  const follow = (item) => {
    // the column of contents moves only when its item is out of view
    const column = contents.getBoundingClientRect(),
      box = item.getBoundingClientRect();
    if (box.top < column.top || box.bottom > column.bottom)
      contents.scrollTop += box.top - column.top - column.height / 3;
  };
  const current = contents && $(".current > a", contents);
  if (current) follow(current);
  const links = new Map(
    $$(".contents-sections a").map((link) => [decodeURIComponent(link.hash.slice(1)), link])
  );
  if (links.size) {
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const link = links.get(target.id);
          link.classList.toggle("here", isIntersecting);
          if (isIntersecting) {
            link.setAttribute("aria-current", "true");
            follow(link);
          } else link.removeAttribute("aria-current");
        }
      },
      { rootMargin: "-20% 0px -70% 0px" }
    );
    for (const id of links.keys()) {
      const section = document.getElementById(id);
      if (section) seen.observe(section);
    }
  }

  // ---- Additions to blocks of text, both on the page and in states (restate.js) ----
  // Code wider than its box can be scrolled by keyboard.
  const reach = () => {
    for (const block of $$("pre, .math-block, .pst-scrollable-table-container"))
      if (block.scrollWidth > block.clientWidth + 1) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
  };
  addEventListener("resize", reach, { passive: true });
  document.addEventListener("toggle", reach, true);
  document.addEventListener("change", reach);

  const copying = (block) => {
    const holder = block.matches("pre.command, .copyable") ? block : block.parentElement;
    const copy = make("button", { type: "button", className: "copy" }, "Copy");
    const text = (block.matches(".copyable")
      ? block
      : ($("code", block) ?? block)).textContent.trim();
    copy.addEventListener("click", async () => {
      copy.textContent = await copied(text) ? "Copied" : "Select and copy by hand";
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    });
    holder.append(copy);
  };

  const sort = (table, column, header) => {
    const descending = header.getAttribute("aria-sort") === "ascending";
    for (const other of $$("th", table)) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent;
    const number = header.classList.contains("number");
    const value = (row) => (number ? Number.parseFloat(key(row).replace(/,/g, "")) : key(row));
    const order = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (number) return (Number.isNaN(x) - Number.isNaN(y)) || (descending ? y - x : x - y);
      return descending ? y.localeCompare(x) : x.localeCompare(y);
    };
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
  };
  const sorting = (table) => {
    $$("thead th", table).forEach((header, column) => {
      const click = () => sort(table, column, header);
      const sorter = button(click, ...header.childNodes); // a power of ten stays raised
      sorter.className = "sort";
      header.append(sorter);
    });
  };

  const STOPS = ".value[data-tip], .quote-button"; // numbers and buttons of a paragraph
  const enhance = (part) => {
    if (/^http/.test(location.protocol))
      for (const code of within(part, "code[data-page]")) {
        // an address that works elsewhere, before it is to be copied
        code.textContent = code.textContent.replace(
          / src="(?!https?:)[^"]*"/,
          ` src="${new URL(code.dataset.page, document.baseURI)}"`
        );
      }
    within(part, "div.highlight > pre, pre.command, .copyable").forEach(copying);
    within(part, "table.sortable").forEach(sorting);
    for (const tools of document.fullscreenEnabled ? within(part, ".figure-tools") : []) {
      const click = () =>
        (document.fullscreenElement
          ? document.exitFullscreen()
          : tools.closest("figure").requestFullscreen());
      tools.append(button(click, "Full screen"));
    }
    press.readyChoices?.(part);
    for (const element of within(
      part,
      ".value[title], a.term[title], :is(p, li, td) a.reference[title]"
    )) {
      if (element.title) {
        element.dataset.tip = element.title;
        element.removeAttribute("title");
      }
    }
    for (const link of within(part, "a.reference[href^='#id']")) {
      // a work is named once, in the list of the page
      const work = document.getElementById(link.hash.slice(1));
      if (work?.matches(".reference-entry")) link.dataset.tip = work.textContent.trim();
    }
    for (const more of press.enhancers ?? []) more(part);
    const stops = new Set();
    for (const number of within(part, STOPS)) {
      const block = number.closest("p, li, td, dd, figcaption") ?? number.parentElement;
      // these are stops themselves
      if (number.parentElement.closest("a, button, summary, label")) continue;
      number.tabIndex = stops.has(block) ? -1 : 0;
      stops.add(block);
    }
    reach();
  };
  enhance(document);

  // ---- Tips: the meaning of numbers and terms ----
  let tip;
  const place = (box) => {
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const below = box.bottom + tip.offsetHeight + 12 < innerHeight;
    tip.style.left = `${Math.max(8, Math.min(room, box.left)) + scrollX}px`;
    tip.style.top = `${(below ? box.bottom + 8 : box.top - tip.offsetHeight - 8) + scrollY}px`;
  };
  const hide = () => {
    tip?.remove();
    tip = undefined;
  };
  const tell = (text, box, picture) => {
    hide();
    tip = make(
      "div",
      { className: picture ? "hover-tip preview" : "hover-tip", id: "tip", role: "tooltip" },
      text
    );
    if (picture)
      tip.append(
        make("img", {
          src: picture,
          alt: "",
          onload: () => {
            if (tip) place(box);
          }
        })
      );
    (document.fullscreenElement ?? document.body).append(tip);
    place(box);
  };
  // A mentioned figure shows beside the words; it is stored with its chapter's files.
  const isDark = () =>
    (root.dataset.theme ??
        (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) ===
      "dark";
  const preview = (link, box) => {
    const name = decodeURIComponent(link.hash),
      slug = link.pathname.split("/").pop().replace(/\.html$/, "");
    const title = link.pathname === location.pathname && $(`${name} .caption-text`)?.textContent;
    tell(
      title || link.textContent,
      box,
      `${root.dataset.content_root}figures/${slug}/${name.slice(5)}${isDark() ? "-dark" : ""}.svg`
    );
  };
  const tipped = (event) => event.target.closest?.("[data-tip], main a.reference[href*='#fig-']");
  const over = (event) => {
    const element = tipped(event),
      box = element?.getClientRects()[0];
    if (
      !box || event.pointerType === "touch" ||
        (element.matches("a") && matchMedia("(hover: none)").matches)
    ) return;
    if (!element.dataset.tip) {
      preview(element, box);
      return;
    }
    tell(element.dataset.tip, box);
    if (event.type === "focusin") element.setAttribute("aria-describedby", "tip");
  };
  document.addEventListener("pointerover", over);
  document.addEventListener("focusin", over);
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType !== "touch" && tipped(event)) hide();
  });
  document.addEventListener("focusout", ({ target }) => {
    hide();
    target.removeAttribute?.("aria-describedby");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !tip) return;
    event.preventDefault(); // it leaves nothing else
    hide();
  });
  // A tap opens the tip of a number, another tap closes it; a tap on a mark of a chart works like a
  // pointer over it.
  let open = null,
    pointed = null,
    byTouch = false;
  document.addEventListener(
    "pointerdown",
    ({ pointerType }) => { byTouch = pointerType === "touch"; },
    true
  );
  // A tip opened by a finger stays, although the emulated pointer leaves.
  document.addEventListener(
    "mouseout",
    (event) => {
      if (byTouch && event.target.closest?.(".live svg")) event.stopPropagation();
    },
    true
  );
  document.addEventListener("click", (event) => {
    if (event.pointerType !== "touch") return;
    const number = event.target.closest(".value[data-tip]");
    hide();
    open = number === open ? null : number;
    if (open) tell(open.dataset.tip, open.getClientRects()[0]);
    const { target, clientX, clientY } = event;
    pointed?.dispatchEvent(new PointerEvent("pointerout", { bubbles: true }));
    pointed = target.closest(".live svg") && target;
    const point = () =>
      target.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, clientY }));
    if (pointed) setTimeout(point, 30); // once the browser has said all that a tap is
  });
  // For the keyboard the numbers of a paragraph are one stop; arrow keys move between them.
  const beside = (number) =>
    $$(STOPS, number.closest("p, li, td, dd, figcaption") ?? number.parentElement);
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !event.target.matches?.(STOPS)) return;
    const numbers = beside(event.target),
      to = numbers[numbers.indexOf(event.target) + step];
    if (!to) return;
    event.preventDefault();
    for (const number of numbers) number.tabIndex = number === to ? 0 : -1;
    to.focus();
  });

  // ---- A shared choice follows the reader through links within the book ----
  const shared = (root.dataset.shared ?? "").split(" ").filter(Boolean);
  const carried = () =>
    [...new URLSearchParams(location.search)].filter(([name]) => shared.includes(name));
  const carry = ({ target }) => {
    const link = target.closest?.("a[href]");
    if (
      !link || link.hasAttribute("download") || link.pathname === location.pathname ||
        !link.pathname.endsWith(".html")
    ) return;
    if (!link.href.startsWith(new URL(root.dataset.content_root, document.baseURI).href)) return;
    const query = new URLSearchParams(link.search);
    for (const name of shared)
      if (link.dataset.carried?.split(" ").includes(name)) query.delete(name);
    const added = carried().filter(([name]) => !query.has(name));
    for (const [name, value] of added) query.set(name, value);
    link.dataset.carried = added.map(([name]) => name).join(" ");
    link.search = query.size ? `?${query}` : "";
  };
  if (shared.length)
    for (const name of ["click", "auxclick", "contextmenu"])
      document.addEventListener(name, carry, true);
  $(".bar-search")?.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of carried()) formData.set(name, value);
  });
  if (carried().length && !$("#chapter_choices, .whole-banner")) {
    const words = carried()
      .map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`)
      .join(", ");
    const note = make("aside", { className: "banner" });
    note.setAttribute("aria-label", "Your choice");
    note.append(make("p", {}, `You chose ${words}. Chapters show it; this page is as published.`));
    $(".frame")?.before(note);
  }

  // ---- Print: states.js draws the figures of a state first ----
  press.print ??= () => print();
  $("#print-chapter")?.addEventListener("click", () => press.print());

  // ---- Search: its page has its own script ----
  const field = $("#search-words");
  document.addEventListener("keydown", (event) => {
    if (
      event.key !== "/" || event.ctrlKey || event.metaKey ||
        /^(input|textarea|select)$/i.test(event.target.tagName)
    ) return;
    const wide = $("#search_book");
    if (field) {
      event.preventDefault();
      field.focus();
    } else if (wide?.offsetParent) {
      event.preventDefault();
      wide.focus();
    }
  });

  Object.assign(press, { enhance, tell, hide }); // for the scripts of elements
})();
