// Reloads the page when the book has been rebuilt, and shows the error if the build failed.
// Only the command `serve` uses it; no published page has it.
(() => {
  const shown = document.currentScript.dataset.version;
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `
    <style>
      @media print { :host { display: none; } }
      section {
        position: fixed;
        inset: auto 1rem 1rem auto;
        z-index: 99999;
        max-width: min(60rem, calc(100vw - 2rem));
        max-height: 70vh;
        overflow: auto;
        padding: .6rem .9rem;
        border-radius: .4rem;
        color: #fff;
        background: #444;
        font: 14px/1.5 system-ui, sans-serif;
        box-shadow: 0 2px 12px #0006;
      }
      section.failed { inset: auto 1rem 1rem 1rem; background: #8c1d18; }
      section[hidden] { display: none; }
      pre {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        margin: .4rem 0 0;
        font: 13px/1.5 ui-monospace, monospace;
      }
      button {
        float: right;
        font: inherit;
        color: inherit;
        background: none;
        border: 1px solid;
        border-radius: .3rem;
      }
    </style>
    <section hidden role="status">
      <button type="button" hidden>Close</button>
      <b></b>
      <pre></pre>
    </section>`;
  const box = root.querySelector("section");
  const close = root.querySelector("button");
  // what was wrong when the reader closed the box: it comes back with another fault, or the next
  // build
  let read;
  close.onclick = () => {
    box.hidden = true;
    read = root.querySelector("pre").textContent;
  };

  function show(title, text, failed) {
    box.className = failed ? "failed" : "";
    box.setAttribute("role", failed ? "alert" : "status");
    root.querySelector("b").textContent = title;
    root.querySelector("pre").textContent = text;
    root.querySelector("pre").hidden = !text;
    close.hidden = !failed;
    box.hidden = false;
  }

  function follow({ state, message, version }) {
    if (version && version !== shown) location.reload();
    else if (state === "failed" && message === read) box.hidden = true;
    else if (state === "failed")
      show(
        `The book could not be built.${shown ? " These are the last good pages." : ""}`,
        message,
        true
      );
    else if (state === "building") {
      read = undefined;
      show("Building…", "", false);
    } else box.hidden = true;
  }

  async function ask() {
    try {
      follow(await (await fetch("/__press__/state")).json());
    } catch {
      show("The server has stopped. Waiting for it…", "", false);
    }
    setTimeout(ask, 500);
  }

  document.body.append(host);
  ask();
})();
