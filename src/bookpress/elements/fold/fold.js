// A fold opens when a link or a choice leads into it, and for printing.
(() => {
  "use strict";
  const press = (window.bookpress ??= {});
  press.unfold = (place) => {
    for (let part = place; part; part = part.parentElement)
      if (part.matches("section.fold")) part.querySelector(":scope > details").open = true;
  };
  const arrive = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place?.closest(".fold")) return;
    press.unfold(place);
    place.scrollIntoView();
  };
  addEventListener("hashchange", arrive);
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details.fold")) fold.open = true;
  });
  arrive();
})();
