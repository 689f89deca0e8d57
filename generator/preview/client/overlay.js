// The mistakes of the site over the last good page, in the terminal's words; gone when they are mended.

import { attach, copyButton, hosted, make, memory } from "./elements.js";

const PLACE = /^(.*?): (error|warning): /;

let host = null, open = true, mistakes = [];

/** Show these mistakes, or nothing when there are none. */
export function show(errors) {
  const before = mistakes.map((mistake) => mistake.text).join("\n\n");
  mistakes = errors.filter((mistake) => mistake.level !== "warning");
  if (!mistakes.length) {
    memory.set("errors", true);
    host?.remove();
    host = null;
  } else if (!host || before !== words()) {
    if (!host) open = memory.get("errors") ?? true;
    draw();
  }
}

const words = () => mistakes.map((mistake) => mistake.text).join("\n\n");
const count = () => (mistakes.length === 1 ? "1 error" : `${mistakes.length.toLocaleString("en")} errors`);

function draw() {
  host?.remove();
  host = hosted("errors", open ? panel() : pill());
  attach(host);
}

function turn(opened) {
  memory.set("errors", (open = opened));
  draw();
  host.shadowRoot.querySelector("button").focus();
}

function pill() {
  const button = make("button", { type: "button", className: "pill", textContent: count(), "aria-expanded": "false" });
  button.onclick = () => turn(true);
  return button;
}

function panel() {
  const close = make("button", { type: "button", textContent: "Minimise", "aria-expanded": "true" });
  close.onclick = () => turn(false);
  const head = make("header", {}, make("strong", { textContent: count() }),
    make("span", { textContent: "the last good page stays" }), copyButton(words), close);
  const section = make("section", { className: "errors", role: "alert", "aria-label": "Mistakes of the site" },
    head, make("div", { className: "list", tabIndex: 0 }, mistakes.map(one)));
  section.onkeydown = (event) => { if (event.key === "Escape") turn(false); };
  return section;
}

/** One mistake: the text is the terminal's to the letter, its parts only look different. */
function one({ text }) {
  const lines = text.split("\n"), place = PLACE.exec(lines[0]);
  const head = place
    ? make("b", {}, make("span", { className: "place", textContent: place[1] }), `: ${place[2]}: ${lines[0].slice(place[0].length)}`)
    : make("b", { textContent: lines[0] });
  const rest = lines.slice(1).map((line) =>
    make("span", { className: /^hint: /.test(line) ? "hint" : / \| +\^$/.test(line) ? "caret" : "source", textContent: line }));
  return make("pre", {}, head, rest.flatMap((line) => ["\n", line]));
}
