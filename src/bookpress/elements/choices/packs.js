// The states of a chapter, each loaded from a pack (written by pack.py); on the chapter's own page
// they are found by its choices.
(() => {
  "use strict";
  const bar = document.getElementById("chapter_choices"),
    root = document.documentElement;
  const press = window.bookpress;
  const { here, load, make } = press.dom;

  const come = new Map();
  press.state = (name, content) => come.set(name, content);
  const run = (address, problem) => load(address).catch(() => { throw new Error(problem); });
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
  press.packs = (folder, edition) => {
    const known = new Map();
    async function loaded(name) {
      if (known.has(name)) return known.get(name);
      const address = new URL(`${folder}${name}.js`, document.baseURI);
      await run(address, "The file of this state cannot be loaded.");
      if (!come.has(name)) throw new Error(`${name}.js holds no state`);
      known.set(name, come.get(name));
      come.delete(name); // a script of another chapter may have the same name
      return known.get(name);
    }
    async function index() {
      const content = await loaded("index");
      if (content.published !== edition)
        throw new Error("The states beside this page are of another edition.");
      return content;
    }
    return { index, state: async ({ pack, id }) => unpacked(await loaded(`pack-${pack}`), id) };
  };
  if (!bar) return;

  const packs = bar.dataset.states && press.packs(bar.dataset.states, bar.dataset.edition);
  const offered = (name) => [
    ...bar.querySelectorAll(`.setting[data-name="${name}"] input[type=radio]`)
  ];
  const beside = (name) => new URL(`${name}?v=${root.dataset.edition ?? ""}`, here).href;
  const styled = (href) =>
    new Promise((done) =>
      document.head.append(
        make("link", { rel: "stylesheet", href, onload: done, onerror: done })
      ));
  async function walks() {
    // what shows the changes is loaded when there are some
    if (!press.walk)
      await Promise.all([
        styled(beside("restated.css")),
        run(beside("walk.js"), "The script that shows what changed cannot be loaded.")
      ]);
  }

  class Unknown extends Error {}
  async function find(wanted, signal) {
    const names = Object.keys(wanted);
    const index = packs ? await packs.index() : { choices: {}, pairs: [] };
    const values = names.map((name) =>
      index.choices[name]?.[offered(name).findIndex((radio) => radio.value === wanted[name])]);
    const same = ({ choice }) =>
      names.length === Object.keys(choice).length &&
        names.every((name, at) =>
          values[at] && JSON.stringify(choice[name]) === JSON.stringify(values[at].value));
    const row = names.length === 1 ? values[0] : index.pairs.find(same);
    if (row?.pack !== undefined) return packs.state(row);
    if (!press.live) throw new Unknown();
    return press.live(bar.dataset.chapter, wanted, signal);
  }
  press.states = { find, walks, Unknown };
})();
