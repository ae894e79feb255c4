// Colours the words of Python where a reader asks for the code of a chapter. Ranges do it: with an
// element for each word, code would be half of a page's elements.
(() => {
  "use strict";
  const press = window.bookpress;
  const { $$ } = press.dom;
  if (!CSS.highlights) return;
  const WORDS = "and as assert async await break class continue def del elif else except False " +
    "finally for from global if import in is lambda None nonlocal not or pass raise return True " +
    "try while with yield";
  const TOKEN = new RegExp(
    [
      String.raw`(?<comment>#.*)`,
      String.raw`(?<text>[bfruBFRU]{0,2}(?:"""[^]*?"""|'''[^]*?'''|` +
        String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))`,
      String.raw`(?<number>\b\d[\w.]*)`,
      String.raw`(?<word>\b(?:${WORDS.replaceAll(" ", "|")})\b)`,
      String.raw`\w+` // any other name, so that no part of it is taken for something else
    ].join("|"),
    "g"
  );

  const colour = () => {
    const ranges = { comment: [], text: [], number: [], word: [] };
    for (const code of $$(".code-fold .python pre")) {
      const text = code.lastChild;
      for (const match of text.data.matchAll(TOKEN)) {
        const kind = Object.keys(ranges).find((name) => match.groups[name] !== undefined);
        if (!kind) continue;
        const range = new StaticRange({
          startContainer: text,
          startOffset: match.index,
          endContainer: text,
          endOffset: match.index + match[0].length
        });
        ranges[kind].push(range);
      }
    }
    for (const [kind, those] of Object.entries(ranges))
      CSS.highlights.set(`code-${kind}`, new Highlight(...those));
  };
  press.enhancers.push(colour); // a state may show other code
  colour();
})();
