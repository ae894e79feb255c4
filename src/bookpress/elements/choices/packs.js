// The states of a page, each found by its choices and loaded from a pack (written by pack.py).
(() => {
  "use strict";
  const bar = document.getElementById("parameters"),
    root = document.documentElement;
  if (!bar) return;
  const here = new URL("./", document.currentScript.src),
    folder = bar.dataset.states;
  const press = window.bookpress ??= {};
  const offered = (name) => [
    ...bar.querySelectorAll(`.setting[data-name="${name}"] input[type=radio]`)
  ];

  // They are classic scripts, the only thing that a page opened as a file may load.
  const known = new Map();
  press.state = (name, content) => known.set(name, content);
  const run = (address, problem) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address.href;
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
      index.choices[name]?.[offered(name).findIndex((one) => one.value === wanted[name])]);
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
  press.states = { find, walks, Unknown };
})();
