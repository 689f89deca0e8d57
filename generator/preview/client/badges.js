// Rings and badges: which figures and numbers of the page rest on a run that cannot be believed, why, and what mends it.
//
// What the pages carry anyway is enough: the strip of a figure links to its run, the title of a bound number
// names it. What has no value yet says so by `data-experiment`, what does not hold by its class.

import { copyButton, hosted, make } from "./elements.js";
import { remaining } from "./words.js";

const TROUBLE = new Set(["stale", "edited", "failed", "pending", "running", "broken"]);
const NUMBER = /^\S+ · ([\p{L}\p{N}_.]+), [\p{L}\p{N}_]+ · /u;

let runs = new Map();
let rerun = null; // a function of an experiment's name, when the server allows runs
const badges = new Map(); // element of the page → its badge

/** Set what is known of the runs behind this page; runs that are not named keep what was known. */
export function know(list, { all = false } = {}) {
  if (all) runs = new Map();
  for (const run of list) runs.set(run.experiment, { ...run, heard: performance.now() });
  mark();
}

/** Offer a Rerun button beside each artifact. */
export function allow(start) {
  rerun = start;
  mark();
}

/** Return whether the page shows anything of a run. */
export const any = () => !targets().next().done;

/** Mark the page as it stands now: after a change of the page, too. */
export function mark() {
  const seen = new Set();
  for (const [element, name] of targets()) {
    const run = name ? runs.get(name) : broken(element);
    if (!run || (!TROUBLE.has(run.state) && (!rerun || inline(element)))) continue;
    seen.add(element);
    if (TROUBLE.has(run.state)) element.dataset.labpressState = run.state;
    else delete element.dataset.labpressState;
    let badge = badges.get(element);
    if (!badge) badges.set(element, (badge = inline(element) ? dot(element) : band()));
    if (inline(element)) element.nextSibling === badge.host || element.after(badge.host);
    else element.firstChild === badge.host || element.prepend(badge.host);
    badge.show(run);
  }
  for (const [element, badge] of badges) {
    if (seen.has(element)) continue;
    badge.host.remove();
    delete element.dataset.labpressState;
    badges.delete(element);
  }
}

const inline = (element) => element.matches("data, mark, span");

/** A claim or a number that does not hold: its title says so. */
const broken = (element) => ({ state: "broken", experiment: "", reasons: [element.title], command: "" });

function* targets() {
  for (const link of document.querySelectorAll(".strip .source > a")) {
    const figure = link.closest("figure");
    if (figure) yield [figure, link.textContent];
  }
  for (const number of document.querySelectorAll("data.num[title]")) {
    const found = NUMBER.exec(number.title);
    if (found) yield [number, found[1]];
  }
  for (const element of document.querySelectorAll("[data-experiment]")) yield [element, element.dataset.experiment];
  for (const element of document.querySelectorAll(".labpress-broken[title]")) yield [element, ""];
}

setInterval(() => {
  for (const [element, badge] of badges) if (element.dataset.labpressState === "running") badge.tick();
}, 1000);

/** What is said of a run: state, reasons, progress, the command; made once, then only its words change. */
function story() {
  const state = make("strong"), why = make("span", { className: "why" }), bar = make("progress", { max: 1, hidden: true });
  const code = make("code"), copy = copyButton(() => code.textContent), command = make("span", { className: "command" }, code, copy);
  const again = make("button", { type: "button", className: "rerun", textContent: "Rerun" });
  const root = make("div", { className: "story" }, state, why, bar, command, again);
  let run = null;
  const tick = () => { if (run?.state === "running") put(why, remaining(run, performance.now())); };
  again.onclick = () => rerun?.(run.experiment);
  const show = (known) => {
    run = known;
    const { state: name, reasons = [], progress } = run, living = name === "running";
    root.className = `story ${name}`;
    put(state, TROUBLE.has(name) ? name : "");
    if (living) tick();
    else put(why, TROUBLE.has(name) ? reasons.slice(0, 4).join("; ") : run.experiment);
    bar.hidden = !(living && progress?.total > 0);
    if (!bar.hidden) bar.value = progress.step / progress.total;
    put(code, run.command ?? "");
    command.hidden = living || !TROUBLE.has(name) || !run.command;
    again.hidden = !rerun || living || !run.experiment;
  };
  return { root, show, tick };
}

const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

/** A band on top of a figure. */
function band() {
  const { root, show, tick } = story();
  return { host: hosted("badge", root), show, tick };
}

/** A dot behind a number; pressed, it tells. */
function dot(element) {
  const { root, show, tick } = story(), button = make("button", { type: "button", className: "dot" });
  const card = make("div", { popover: "auto", className: "card" }, root), host = hosted("mark", button, card);
  host.onclick = (event) => event.preventDefault(); // a number may stand in a link
  button.onclick = () => {
    card.showPopover();
    const box = element.getBoundingClientRect(), space = innerWidth - card.offsetWidth - 12;
    card.style.left = `${Math.max(12, Math.min(box.left, space))}px`;
    const below = box.bottom + 8, fits = below + card.offsetHeight < innerHeight;
    card.style.top = `${fits ? below : Math.max(8, box.top - card.offsetHeight - 8)}px`;
  };
  return {
    host, tick,
    show(run) {
      button.className = `dot ${run.state}`;
      button.setAttribute("aria-label", `${run.experiment || "this"} is ${run.state}`);
      show(run);
    },
  };
}
