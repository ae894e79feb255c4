// Lets the bar of choices accept any legal value: the server runs the chapter and answers with a
// state.
// Only the command `serve` uses it; no published page has it.
(() => {
  "use strict";
  const { token } = document.currentScript.dataset;
  const press = window.bookpress ??= {};
  const reader = crypto.randomUUID();
  const controls = new Map(); // of a setting: reads and writes its value as text

  press.live = async (chapter, values, signal) => {
    const asking = fetch("/__press__/choose", {
      method: "POST",
      signal,
      body: JSON.stringify({ chapter, reader, values }),
      headers: { "Content-Type": "application/json", "X-Press-Token": token }
    });
    const answer = await asking.catch((error) => {
      if (error.name === "AbortError") throw error;
      throw Object.assign(error, {
        refused: ["The server has ended; what is shown stays. Start it again to try other values."]
      });
    });
    const reply = await answer.json();
    if (reply.state) return reply.state;
    throw Object.assign(new Error(reply.error ?? reply.refused.join("; ")), {
      refused: reply.refused ?? []
    });
  };
  press.reflect = (part, value) => {
    controls.get(part)?.write(value);
    controls.get(part)?.say("");
  };
  // The messages of the command line appear beside the control they are about, else beside the last
  // changed one.
  press.refuse = (wanted, failure) => {
    const parts = [...controls.keys()];
    for (const words of failure.refused ?? []) {
      const named = parts.filter((part) =>
        new RegExp(`\\b${part.dataset.name}\\b`).test(words.split(";")[0]) &&
          part.dataset.name in wanted);
      const part =
        named.at(-1) ?? parts.find((one) => one.dataset.name === Object.keys(wanted).at(-1));
      part.closest("details").open = true;
      controls.get(part).say(words.replace(/^[\w-]+(\.\w+)?: /, ""));
    }
    return Boolean(failure.refused?.length);
  };

  // as Python writes it
  const list = (texts) => `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
  function control(part, { one, many, input, is_list }) {
    const { make } = press.dom; // comes after this script where a theme lays out the page
    const form = make("form", { className: "try" }),
      said = make("output", { className: "refused" });
    const usual = part.dataset.value,
      name = part.dataset.label;
    let field,
      read,
      write;
    if (one) {
      field = make("select", {}, ...one.map(([value, words]) => make("option", { value }, words)));
      [read, write] = [() => field.value, (text) => { field.value = text; }];
    } else if (many) {
      const boxes = many.map(([value, words]) =>
        make("label", {}, make("input", { type: "checkbox", value }), words));
      const first = JSON.parse(usual);
      field = make(
        "fieldset",
        {},
        make("legend", { className: "visually-hidden" }, name),
        ...boxes
      );
      read = () => {
        const on = [...field.querySelectorAll(":checked")].map((box) => box.value);
        return list([
          ...first.filter((value) => on.includes(value)),
          ...on.filter((value) => !first.includes(value))
        ]);
      };
      write = (text) => {
        const on = JSON.parse(text);
        for (const box of field.querySelectorAll("input")) box.checked = on.includes(box.value);
      };
    } else {
      field = make("input", { ...input, inputMode: input.type === "number" ? "decimal" : "text" });
      read = () =>
        is_list && !field.value.trim().startsWith("[") // else it is JSON already
          ? list(field.value.split(",").map((text) => text.trim()).filter(Boolean))
          : field.value;
      write = (text) => {
        const texts = is_list ? JSON.parse(text) : [];
        const splits = is_list && texts.length && !texts.some((one) => /,|^\[/.test(one));
        field.value = splits ? texts.join(", ") : text;
      };
    }
    form.noValidate = true; // what is wrong is said in the words of the command line
    if (!many) field.setAttribute("aria-label", name);
    said.id = `refused-${part.dataset.name}`;
    said.setAttribute("role", "alert");
    field.setAttribute("aria-describedby", said.id);
    form.append(field, ...(one ? [] : [make("button", {}, "Show")]), said);
    const choose = () => press.choose(part.dataset.name, read());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      choose();
    });
    if (one) field.addEventListener("change", choose);
    const help = part.querySelector(".setting-help");
    // they are listed
    if (help && (one || many))
      help.textContent = help.textContent.replace(one ? /: .*/s : / Allowed: .*/s, "");
    part.append(form);
    const say = (text) => {
      said.textContent = text;
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    };
    controls.set(part, { write, say });
    write(usual);
  }
  document.addEventListener("DOMContentLoaded", async () => {
    const bar = document.getElementById("chapter_choices");
    if (!bar) return;
    bar.querySelector(".choices-hint").textContent =
      "Set any value: this machine runs the chapter.";
    const known = (await (await fetch("/__press__/controls")).json())[bar.dataset.chapter] ?? {};
    const shown = press.asks();
    for (const part of bar.querySelectorAll(".setting")) {
      const { name, value } = part.dataset;
      // all its values are there
      if (!known[name] || (known[name].one && part.querySelector("input"))) continue;
      control(part, known[name]);
      press.reflect(part, shown[name] ?? value);
    }
  });
})();
