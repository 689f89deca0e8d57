// The bar at the bottom right: whether the preview is connected, and what differs from the last published build.

import { attach, base, hosted, make, memory } from "./elements.js";
import { count, figure, left, percent } from "./words.js";

const KINDS = { new: "new", changed: "changed", gone: "gone" };
const known = { connected: false, revision: 0, diff: null, runs: [], warnings: [] };
let shape = memory.get("bar") ?? "bar"; // "folded", "bar" or "open"
let timer, parts = null;

/** Set some of what is known, and show it. */
export function tell(news) {
  Object.assign(known, news);
  draw();
}

/** Ask for the difference once the site has been quiet for a moment; a folded bar has no use for it. */
export function compare(wait = 1200) {
  clearTimeout(timer);
  if (shape === "folded") return;
  timer = setTimeout(async () => {
    if (document.hidden) return compare(3000);
    try {
      const answer = await fetch(`${base}diff`, { cache: "no-store" });
      if (!answer.ok) return;
      const diff = await answer.json();
      if (diff.ready === false) return compare(1000);
      tell({ diff });
    } catch { /* asked for again with the next change */ }
  }, wait);
}

function build() {
  const light = make("span", { className: "light" }), label = make("span", { className: "label" });
  const open = make("button", { type: "button", className: "main" }, light, label);
  const fold = make("button", { type: "button", className: "fold", textContent: "–", "aria-label": "Fold the bar" });
  const panel = make("section", { className: "panel", "aria-label": "The preview" });
  const bar = make("div", { className: "bar" }, open, fold), root = make("aside", { className: "toolbar" }, panel, bar);
  open.onclick = () => turn(shape === "bar" ? "open" : "bar");
  fold.onclick = () => turn("folded");
  root.onkeydown = (event) => { if (event.key === "Escape" && shape === "open") { turn("bar"); open.focus(); } };
  parts = { light, label, open, fold, panel, root, host: hosted("bar", root) };
}

function turn(into) {
  memory.set("bar", (shape = into));
  if (into !== "folded") compare(0);
  draw();
}

function draw() {
  if (!parts) build();
  attach(parts.host);
  const { light, label, open, fold, panel, root } = parts, words = summary();
  root.className = `toolbar ${shape}`;
  light.className = `light ${known.connected ? "on" : "off"}`;
  label.textContent = known.connected ? words : "no connection";
  open.title = known.connected ? `labpress preview, revision ${known.revision}: ${words}` : "the server does not answer";
  open.setAttribute("aria-label", open.title);
  open.setAttribute("aria-expanded", String(shape === "open"));
  fold.hidden = shape === "folded";
  panel.hidden = shape !== "open";
  if (shape === "open") fill(panel);
}

const counted = ({ pages = [], numbers = [], claims = [] }) =>
  [[pages, "page"], [numbers, "number"], [claims, "claim"]].filter(([list]) => list.length).map(([list, noun]) => count(list.length, noun)).join(", ");

function summary() {
  const { diff } = known;
  if (!diff) return "preview";
  if (diff.published === false) return "not published yet";
  return counted(diff) ? `differs: ${counted(diff)}` : "as published";
}

function fill(panel) {
  const { diff, runs, warnings, revision, connected } = known, open = panel.scrollTop;
  const none = !diff ? "Being compared with the last published build…" : diff.published === false
    ? "There is no published build to compare with: `python -m generator build` makes one."
    : counted(diff) ? `Differs from the last published build: ${counted(diff)}.` : "The same as the last published build.";
  panel.replaceChildren(
    make("h2", { textContent: none }),
    ...section("Numbers", numbers(diff?.numbers)),
    ...section("Claims", (diff?.claims ?? []).map(({ place, text, url }) => make("li", {}, link(url, place), ` ${text ?? ""}`))),
    ...section("Pages", (diff?.pages ?? []).map(page)),
    ...section("Warnings", warnings.map((warning) => make("li", { className: "warning", textContent: short(warning.text ?? String(warning)) }))),
    ...section("Runs of this page", runs.map(run)),
    make("p", { className: "foot", textContent: `revision ${revision}, ${connected ? "connected" : "no connection"}` }),
  );
  panel.scrollTop = open;
}

/** A message without the source line and the caret, for which there is no room here. */
const short = (text) => text.split("\n").filter((line) => !/^ *\d* \| /.test(line)).join("\n");

const section = (title, items) => (items.length ? [make("h3", { textContent: title }), make("ul", {}, items)] : []);
const link = (url, text) => (url ? make("a", { href: url, textContent: text }) : make("span", { className: "place", textContent: text ?? "" }));

function page({ url, title, kind }) {
  const name = title || url;
  return make("li", {}, kind === "gone" ? make("span", { textContent: name }) : link(url, name), " ", make("small", { textContent: KINDS[kind] ?? kind }));
}

/** Old and new of each number, page by page. */
function numbers(list = []) {
  return list.map(({ url, old, new: now, percent: change, context }) =>
    make("li", { className: "number" },
      make("span", { className: "values" }, make("del", { textContent: figure(old) }), " → ", make("ins", { textContent: figure(now) }), " ", make("small", { textContent: percent(change) })),
      link(url, context || url)));
}

function run({ experiment, state, progress }) {
  const told = state === "running" && progress ? ` ${left(progress.seconds_left)}` : "";
  const url = `/runs/${experiment.split(".").map(encodeURIComponent).join("/")}/`;
  return make("li", {}, link(url, experiment), " ", make("small", { className: `state ${state}`, textContent: state + told }));
}
