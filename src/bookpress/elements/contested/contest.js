// The text with which a reader contests something, ready to be completed and sent.
(() => {
  "use strict";
  const press = window.bookpress;
  const { make, copied } = press.dom;
  let box;

  const build = () => {
    const contact = document.documentElement.dataset.contact ?? "";
    const dialog = make("dialog", { className: "contest" });
    const label = make("label", { htmlFor: "contest-text" }, "Complete this text and send it:");
    const text = make("textarea", { id: "contest-text", rows: 16 });
    const copy = make("button", { type: "button" }, "Copy");
    const close = make("button", { type: "button" }, "Close");
    const send = make("a", { hidden: !contact }, `Send to ${contact}`);
    const address = (subject) => {
      const words = { subject, body: text.value };
      const query = Object.entries(words).map(([name, value]) =>
        `${name}=${encodeURIComponent(value)}`);
      send.href = `mailto:${contact}?${query.join("&")}`;
    };
    copy.addEventListener("click", async () => {
      const done = await copied(text.value);
      if (!done) text.select();
      copy.textContent = done ? "Copied" : "Selected: copy by hand";
    });
    close.addEventListener("click", () => dialog.close());
    dialog.append(label, text, copy, send, close);
    document.body.append(dialog);
    return {
      open: (subject, words) => {
        text.value = words;
        text.oninput = () => address(subject);
        copy.textContent = "Copy";
        address(subject);
        dialog.setAttribute("aria-label", `Contest ${subject}`);
        dialog.showModal();
        text.focus();
      }
    };
  };

  // What is contested, the facts about it, and what the reader has to add.
  press.contest = (what, lines) => {
    const edition = document.documentElement.dataset.edition ?? "";
    const shown = press.shown?.();
    const words = [
      `I contest ${what} of "${document.title}"${edition && `, edition ${edition}`}.`,
      shown ? `Shown with other choices: ${shown.words}.` : "",
      location.href.replace(/#.*/, ""),
      "",
      ...lines,
      "",
      "What is wrong, and what it should say:",
      "",
      "",
      "What shows it (a source; a link):",
      ""
    ];
    box ??= build();
    box.open(
      `${what} of ${document.title}`,
      words.filter((line, at) => line || at !== 1).join("\n")
    );
  };
})();
