// A fold opens when a link or a choice leads into it.
(() => {
  "use strict";
  const press = (window.bookpress ??= {});
  // Opens the folds around a place, and returns those that were closed.
  press.unfold = (place) => {
    const closed = [];
    for (let part = place?.closest(".fold"); part; part = part.parentElement?.closest(".fold"))
      closed.push(...part.querySelectorAll(":scope > details:not([open])"));
    for (const fold of closed) fold.open = true;
    return closed;
  };
  const placeOf = ({ hash }) => document.getElementById(decodeURIComponent(hash.slice(1)));
  const arrive = () => {
    const place = placeOf(location);
    if (press.unfold(place).length) place.scrollIntoView();
  };
  addEventListener("hashchange", arrive);
  // a link that is followed again changes no address
  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[href^='#']");
    if (link) press.unfold(placeOf(link));
  });
  arrive();
})();
