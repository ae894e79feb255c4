// Copy buttons for references. Without scripts there are none, and the text can be selected like
// any other.
(() => {
  "use strict";

  // The copy event takes plain text and markup at once, and works on pages opened as files, where
  // the newer interface may be refused. The text stays selected: if all fails, the reader's own
  // copy key works.
  const copy = (element) => {
    const selection = window.getSelection();
    selection.removeAllRanges();
    const range = document.createRange();
    range.selectNodeContents(element);
    selection.addRange(range);
    const fill = (event) => {
      event.clipboardData.setData("text/plain", element.textContent.trim());
      if (element.tagName === "P") event.clipboardData.setData("text/html", element.innerHTML);
      event.preventDefault();
    };
    document.addEventListener("copy", fill);
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    } finally {
      document.removeEventListener("copy", fill);
    }
  };

  const addButton = (element) => {
    const name = element.dataset.copy;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cite-copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy the ${name}`);
    button.addEventListener("click", () => {
      const done = copy(element);
      const status = element.closest(".cite-box, .cite-list").querySelector(".cite-status");
      status.textContent = done
        ? `The ${name} is copied.`
        : `The ${name} is selected: press the copy key.`;
      button.textContent = done ? "Copied" : "Selected";
      window.setTimeout(
        () => {
          button.textContent = "Copy";
          status.textContent = "";
        },
        3000
      );
    });
    element.after(button);
  };

  const addButtons = (part) => part.querySelectorAll("[data-copy]").forEach(addButton);
  (window.bookpress ??= {}).addCiteButtons = addButtons; // for references that come later
  const start = () => addButtons(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
