// The picture of a figure as shown, in a state or with the reader's settings, with its title and
// source (as in titled.py).
(() => {
  "use strict";
  const press = window.bookpress;
  const { $, make, tidy } = press.dom;
  const family = "Arial, 'Liberation Sans', Helvetica, sans-serif";
  const paper = "#ffffff",
    ink = "#1d2329",
    soft = "#59616a",
    margin = 16,
    scale = 2;
  const title = { font: `bold 18px ${family}`, size: 18, leading: 24, colour: ink },
    note = { font: `11.5px ${family}`, size: 11.5, leading: 16, colour: soft };
  const pen = make("canvas").getContext("2d");
  const wrapped = (text, style, width) => {
    pen.font = style.font;
    const lines = [];
    for (const word of text.split(" ").filter(Boolean)) {
      const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
      if (lines.length && pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.map((line) => [line, style]);
  };
  const texts = (figure) => {
    const source = $(".figure-source", figure)?.cloneNode(true),
      licence = source && $(".licence", source);
    licence?.remove();
    const page = /^http/.test(location.protocol)
      ? `${location.origin}${location.pathname}${location.search}#${figure.id}. `
      : "";
    const shown = press.shown?.();
    return {
      head: tidy($(".caption-text", figure).textContent),
      notes: [
        source && `Source: ${tidy(source.textContent)}`,
        tidy($(".reference", figure)?.textContent),
        shown && `Not the published edition: ${shown.words}.`,
        `${page}${licence ? `Licence: ${tidy(licence.textContent)}` : ""}`
      ].filter(Boolean)
    };
  };
  const layout = (figure, width, height) => {
    const { head, notes } = texts(figure),
      room = Math.max(width, 400);
    const above = wrapped(head, title, room),
      below = notes.flatMap((text) => wrapped(text, note, room));
    const top = margin + above.length * title.leading + 6,
      foot = top + height + 8;
    const placed = [
      ...above.map(([text, style], at) => ({
        text,
        style,
        y: margin + at * style.leading + style.size
      })),
      ...below.map(([text, style], at) => ({
        text,
        style,
        y: foot + at * style.leading + style.size
      }))
    ];
    return {
      placed,
      top,
      width: Math.round(room + 2 * margin),
      height: Math.round(foot + below.length * note.leading + margin)
    };
  };
  const escaped = (text) =>
    text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  const asSvg = async (view, figure) => {
    const drawn = (await view.toSVG()).replaceAll("currentColor", ink)
      .replaceAll("Canvas", paper);
    const [width, height] = ["width", "height"].map((name) =>
      Number(drawn.match(new RegExp(` ${name}="([\\d.]+)"`))[1]));
    const { placed, top, ...size } = layout(figure, width, height);
    const lines = placed.map(({ text, style, y }) => {
      const weight = style === title ? ' font-weight="bold"' : "";
      const font = `font-size="${style.size}"${weight} fill="${style.colour}"`;
      return `<text x="${margin}" y="${y}" ${font}>${escaped(text)}</text>`;
    });
    const measures = `width="${size.width}" height="${size.height}"`;
    const box = `viewBox="0 0 ${size.width} ${size.height}"`;
    const space = 'xmlns="http://www.w3.org/2000/svg"';
    const head = `<svg ${space} ${measures} ${box} font-family="${family}">`;
    const content = [
      head,
      `<rect width="100%" height="100%" fill="${paper}"/>`,
      drawn.replace("<svg", `<svg x="${margin}" y="${top}"`),
      ...lines,
      "</svg>"
    ];
    return new Blob([content.join("\n")], { type: "image/svg+xml" });
  };
  const asPng = async (view, figure) => {
    const drawn = await view.toCanvas(scale),
      { placed, top, ...size } = layout(figure, drawn.width / scale, drawn.height / scale);
    const canvas = make("canvas", { width: size.width * scale, height: size.height * scale }),
      context = canvas.getContext("2d");
    context.scale(scale, scale);
    context.fillStyle = paper;
    context.fillRect(0, 0, size.width, size.height);
    context.drawImage(drawn, margin, top, drawn.width / scale, drawn.height / scale);
    for (const { text, style, y } of placed) {
      context.font = style.font;
      context.fillStyle = style.colour;
      context.fillText(text, margin, y);
    }
    return new Promise((done) => { canvas.toBlob(done, "image/png"); });
  };
  press.savePicture = async (figure, ending) => {
    const box = $(".chart", figure);
    await press.draw(box);
    const blob = await (ending === "png" ? asPng : asSvg)(box.view, figure);
    const name = [figure.id.replace(/^fig-/, ""), press.shown?.()?.id].filter(Boolean).join("-");
    const link = make("a", { href: URL.createObjectURL(blob), download: `${name}.${ending}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
})();
