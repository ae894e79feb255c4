// Search without a server: words match by prefix, mistyped ones by the nearest word in the book;
// prose comes before lists.
(() => {
  "use strict";
  const root = document.documentElement;
  const press = window.bookpress;
  const { make, here, load } = press.dom;
  const asked = new URLSearchParams(location.search); // a choice that is carried along stays
  const results = document.getElementById("search-results"),
    count = document.querySelector(".found-count"), // what screen readers say of them
    field = document.getElementById("search-words");
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const split = (text) => plain(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  const common = new Set(
    [
      "a an and are as at be by can could did do does for from had has have how i in is it its",
      "many may much not of on or our should than that the their there these this to was we",
      "were what when where which who whose why will with would you"
    ].flatMap((words) => words.split(" "))
  );
  const MOST = 60; // results on the page
  const usual = { term: 1.3, figure: .9, list: .3, "": 1 };
  // in how many pieces a word of the book is
  let pieces = [],
    known = new Map();

  // ---- The index: how often each piece has each word ----
  const counted = (words) => {
    const counts = new Map();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  };
  const read = (pages) => {
    pieces = pages.flatMap((page) =>
      page.pieces.map((piece, at) => ({
        ...piece,
        page,
        also: at ? "" : page.keywords.join(", "),
        inTitle: counted(split([piece.title, ...(at ? [] : page.keywords)].join(" "))),
        inText: counted(split(piece.text))
      })));
    for (const { inTitle, inText } of pieces)
      for (const word of new Set([...inTitle.keys(), ...inText.keys()]))
        known.set(word, (known.get(word) ?? 0) + 1);
  };

  // ---- The query: a word of the book matches all its forms, any other text the words that begin
  // with it ----
  const stem = (word) =>
    (word.length > 4 ? word.replace(/(ies|y)$/, "") : word).replace(/(?<=\w\w[^s])s$/, "").replace(
      /(?<=\w{3})(ing|ed)$/,
      ""
    );
  const distance = (one, other, most) => {
    // of letters put in, left out, changed or swapped
    if (Math.abs(one.length - other.length) > most) return most + 1;
    let before,
      row = [...Array(other.length + 1).keys()];
    for (let i = 1; i <= one.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= other.length; j += 1) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] !== other[j - 1]));
        if (before && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
          next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      [before, row] = [row, next];
    }
    return row.at(-1);
  };
  const nearest = (word) => {
    const most = word.length > 9 ? 2 : word.length > 4 ? 1 : 0;
    const near = [...known.keys()].map((other) => [distance(word, other, most), other]).filter(([
      far
    ]) => most && far <= most);
    near.sort(([near, a], [far, b]) => near - far || known.get(b) - known.get(a));
    return near[0]?.[1];
  };
  const understand = (query) => {
    const every = split(query),
      telling = every.filter((word) => !common.has(word));
    return (telling.length ? telling : every).map((word) => {
      const begins = (start) => [...known.keys()].filter((other) => other.startsWith(start));
      const same = [...known.keys()].filter((other) => stem(other) === stem(word));
      const exact = known.has(word) || same.length > 1 ? same : begins(stem(word));
      const instead = exact.length ? null : nearest(word);
      const forms = exact.length ? exact : instead ? begins(stem(instead)) : [];
      const pieceCount =
        pieces.filter((piece) =>
          forms.some((form) => piece.inTitle.has(form) || piece.inText.has(form))).length;
      return {
        word,
        instead,
        forms,
        start: stem(instead ?? word),
        weight: Math.log(1 + pieces.length / (1 + pieceCount))
      };
    });
  };

  // ---- The score of a piece: chapters about the query come before those that mention it once ----
  const sum = (counts, forms) => forms.reduce((total, form) => total + (counts.get(form) ?? 0), 0);
  const judged = (words, phrase) => {
    const total = words.reduce((all, { weight }) => all + weight, 0),
      ofPage = new Map();
    const places = [];
    for (const piece of pieces) {
      let score = 0,
        covered = 0;
      for (const { forms, weight } of words) {
        const [title, text] = [sum(piece.inTitle, forms), sum(piece.inText, forms)];
        if (title || text) covered += weight;
        score += weight * (3 * Math.min(title, 1) + Math.sqrt(Math.min(text, 9)));
      }
      if (!covered) continue;
      // the glossary says what it is
      if (piece.kind === "term" && plain(piece.title) === phrase) score *= 2;
      const isPhrase =
        words.length > 1 &&
          plain(`${piece.title}. ${piece.also}. ${piece.text}`)
            .replace(/[\s-]+/g, " ")
            .includes(phrase);
      score *=
        (covered / total) ** 2 *
            (isPhrase ? 2 : 1) *
            (usual[piece.kind ?? ""] ?? 1) *
            (piece.page.number || piece.kind === "term" ? 1 : .25) /
          (1 + piece.text.length / 8000);
      places.push({ piece, score, isWhole: covered > .99 * total });
      ofPage.set(piece.page, (ofPage.get(piece.page) ?? 0) + score);
    }
    const most = Math.max(...ofPage.values());
    for (const place of places)
      if (place.piece.kind !== "term") place.score *= .5 + ofPage.get(place.piece.page) / most;
    const whole = places.filter(({ isWhole }) => isWhole);
    return (whole.length ? whole : places).sort((a, b) => b.score - a.score);
  };
  const spread = (places) => {
    // the first two places of a page, before more of it
    const seen = new Map(),
      later = [];
    const first = places.filter((place) => {
      const count = (seen.get(place.piece.page) ?? 0) + 1;
      seen.set(place.piece.page, count);
      if (count > 2) later.push(place);
      return count <= 2;
    });
    return [...first, ...later];
  };

  // ---- The results ----
  const highlighted = (text, words) => {
    const line = make("span"),
      forms = new Set(words.flatMap((word) => word.forms));
    text.split(/([\p{L}\p{N}]+)/u).forEach((part, at) =>
      line.append(at % 2 && forms.has(plain(part)) ? make("mark", {}, part) : part));
    line.normalize();
    return line;
  };
  const excerpt = (text, words) => {
    const places = words.map(({ start }) =>
      plain(text).search(new RegExp(`(?<![\\p{L}\\p{N}])${start}`, "u"))).filter((at) => at >= 0);
    const at = Math.min(...places, text.length);
    const from = at < 90 || at === text.length ? 0 : text.indexOf(" ", at - 70) + 1;
    // no word is cut
    const to = text.length > from + 220 ? text.lastIndexOf(" ", from + 220) : text.length;
    return (from ? "… " : "") +
      text.slice(from, to > from ? to : from + 220) +
      (text.length > from + 220 ? " …" : "");
  };
  const shown = ({ piece }, words) => {
    const item = make("li"),
      link = make("a", { href: root.dataset.content_root + piece.address }),
      line = make("p");
    const { title, number } = piece.page;
    link.append(highlighted(piece.title, words));
    const where = [
      number && `Chapter ${number}`,
      piece.kind === "figure" && "figure",
      piece.title !== title && title
    ].filter(Boolean).join(" · ");
    item.append(link, ...(where ? [make("span", { className: "found-page" }, where)] : []), line);
    line.append(highlighted(excerpt(piece.text, words), words));
    return item;
  };
  const find = (query) => {
    count.textContent = results.textContent = "";
    const words = understand(query);
    if (!words.length) return;
    const places = spread(judged(words, split(query).join(" ")));
    const missing = words.filter(({ forms }) => !forms.length).map(({ word }) => `“${word}”`);
    const instead = words.filter((word) => word.instead).map(({ instead, word }) =>
      `“${instead}” instead of “${word}”`);
    const said = [places.length === 1 ? "1 place" : `${places.length || "No"} places`];
    if (instead.length) said.push(`for ${instead.join(" and ")}`);
    if (places.length > MOST) said.push(`, of which these are the first ${MOST}`);
    if (missing.length && places.length)
      said.push(`; the book does not have ${missing.join(" or ")}`);
    count.textContent = said.join(" ").replace(/ (?=[;,])/g, "");
    const meant = words.filter(({ forms }) => forms.length);
    results.append(...places.slice(0, MOST).map((place) => shown(place, meant)));
  };

  field.value = asked.get("q") ?? "";
  field.focus();
  field.form.addEventListener("submit", (event) => event.preventDefault());
  press.searchable = (pages) => {
    read(pages);
    find(field.value);
    field.addEventListener("input", () => {
      find(field.value);
      if (field.value) asked.set("q", field.value);
      else asked.delete("q");
      try {
        history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
      } catch {
        /* a file */
      }
    });
  };
  // The text of the book is loaded with the first query.
  const loadText = () => load(new URL("search-text.js", here));
  if (field.value) loadText();
  else field.addEventListener("input", loadText, { once: true });
})();
