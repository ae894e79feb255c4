// On the page left by a moved chapter: redirects an address, with its anchor and requested state.
(() => {
  "use strict";
  // by old name: the page that has it now, and its name there
  const parameters = new Map(
    Object.entries(JSON.parse(document.querySelector("article").dataset.parameters))
  );
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const link = place?.querySelector("a") ?? document.querySelector(".moved-to a");
  const asked = [...new URLSearchParams(location.search)];
  const state = place ? undefined : asked.map(([name]) => parameters.get(name)).find(Boolean);
  const target = new URL(state?.page ?? link.href, location.href);
  for (const [old, value] of asked) {
    const { page, name } = parameters.get(old) ?? { name: old };
    if (!page || new URL(page, location.href).pathname === target.pathname)
      target.searchParams.append(name, value);
  }
  target.hash ||= location.hash; // what every chapter has, such as how it is cited
  location.replace(target);
})();
