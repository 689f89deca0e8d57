// The open page: fetched anew and mended in place, with the scroll position, the target and the styles kept.

import { isOurs } from "./elements.js";
import * as files from "./files.js";
import { morph, pair, twin } from "./morph.js";

const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, figure, pre, table, tr, blockquote, dt, dd, summary";
const FLASHED = `${BLOCKS}, td, th, svg, math, img, data`;
const MOST_FLASHES = 40; // a page that is another one need not shine all over
const root = document.documentElement;
const script = document.querySelector('script[src*="/__labpress/"][data-revision]');

let old = null; // the page as the server had it when it was last shown
let wanted = null; // what is still to be shown: {flash}
let busy = false;

class NoAnswer extends Error {}

/** The revision of the site that the page shows. */
export const shown = () => Number(root.dataset.labpressRevision ?? script?.dataset.revision ?? 0);

/** Say which revision is shown: for tests and measurements. */
export function stamp(revision) {
  if (revision <= shown() && root.dataset.labpressRevision !== undefined) return;
  performance.clearMarks(`labpress-${shown()}`);
  root.dataset.labpressRevision = revision;
  performance.mark(`labpress-${revision}`);
}

/** Return whether a list of addresses means this page. */
export function concerns(urls) {
  const plain = (url) => {
    try { url = decodeURI(url); } catch { /* as it stands */ }
    return url.replace(/index\.html$/, "");
  };
  return urls.some((url) => url === "*" || plain(url) === plain(location.pathname));
}

/** Learn what the server sent for the page that is shown, so that later only its changes are shown. */
async function learn() {
  const served = Number(script?.dataset.revision ?? 0), fresh = await download();
  if (fresh.revision === served) {
    pair(fresh.document.documentElement, root);
    old = fresh.document;
  } else { // saved while it was loading
    old = clean(document.cloneNode(true));
    pair(old.documentElement, root);
    show(fresh, { flash: false });
  }
  stamp(fresh.revision);
}

/** Learn the page that is shown; then nothing needs to be asked for twice. */
export async function start() {
  busy = true;
  try {
    await learn();
  } catch { /* asked for again with the first change */ } finally {
    busy = false;
  }
  if (wanted) refresh(wanted);
}

/** Show the page as the server has it now; what is asked meanwhile is done in one more step. */
export async function refresh(how = { flash: true }) {
  wanted = { flash: how.flash || Boolean(wanted?.flash) };
  if (busy || (old && document.hidden)) return;
  busy = true;
  try {
    if (!old) await learn();
    while (wanted) {
      const next = wanted;
      wanted = null;
      const fresh = await download();
      show(fresh, next);
      stamp(fresh.revision);
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) return location.reload();
    wanted = null; // no answer: the connection is lost, and when it is back the page is asked for again
  } finally {
    busy = false;
  }
}

document.addEventListener("visibilitychange", () => { if (!document.hidden && wanted) refresh(wanted); });

/** Load changed style sheets and pictures anew, without anything else. */
export function swap(addresses) {
  files.swap(addresses, (link, successor) => {
    for (const node of old?.querySelectorAll("link") ?? []) if (twin(node) === link) pair(node, successor);
  });
}

async function download() {
  const address = location.pathname + location.search, asked = { cache: "no-store", headers: { Accept: "text/html" } };
  const answer = await fetch(address, asked).catch((error) => { throw new NoAnswer(error.message); });
  if (!answer.headers.get("content-type")?.startsWith("text/html")) throw new Error("not a page any more");
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const tag = parsed.querySelector('script[src*="/__labpress/"][data-revision]');
  return { document: clean(parsed), revision: Number(tag?.dataset.revision ?? 0) };
}

function clean(tree) {
  for (const node of tree.querySelectorAll("*")) if (isOurs(node)) node.remove();
  return tree;
}

function show(fresh, { flash }) {
  const before = old.documentElement, after = fresh.document.documentElement;
  if (before.isEqualNode(after)) return;
  if (needsReload(old, fresh.document)) throw new Error("the scripts of the page changed");
  const touched = new Set(), target = targeted(), settle = hold();
  morph(before, after, touched);
  files.freshen();
  document.dispatchEvent(new CustomEvent("labpress:update", { bubbles: true }));
  retarget(target);
  settle();
  if (flash) flashAll(touched);
}

/** A script that ran cannot be taken back, and one in the page may not run twice. */
function needsReload(before, after) {
  const scripts = (tree) => [...tree.querySelectorAll("script")].filter((one) => !one.type || /javascript|module/.test(one.type));
  const texts = new Set(scripts(before).map((one) => one.outerHTML)), now = new Set(scripts(after).map((one) => one.outerHTML));
  return [...texts].some((text) => !now.has(text)) || scripts(after).some((one) => !one.src && !texts.has(one.outerHTML));
}

/** Note where the blocks in view stand; the function it returns puts the first that is left there again. */
function hold() {
  if (scrollY <= 0) return () => {};
  const inView = (box) => box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  const anchors = [];
  for (const block of document.body.querySelectorAll(BLOCKS)) {
    const box = block.getBoundingClientRect();
    if (box.top > innerHeight && anchors.length) break;
    if (inView(box) && box.height < innerHeight) anchors.push([block, box.top]);
    if (anchors.length === 24) break;
  }
  const style = root.style.overflowAnchor;
  root.style.overflowAnchor = "none"; // the browser's own anchoring would move the page a second time
  return () => {
    const [block, top] = anchors.find(([one]) => one.isConnected && one.getBoundingClientRect().height) ?? [];
    if (block) scrollBy({ top: block.getBoundingClientRect().top - top, behavior: "instant" });
    requestAnimationFrame(() => requestAnimationFrame(() => { root.style.overflowAnchor = style; }));
  };
}

const targeted = () => location.hash && document.querySelector(":target");

/** The target of the address may be another element now: the browser looks again, the page stays where it is. */
function retarget(before) {
  if (!before || before.isConnected) return;
  const [x, y] = [scrollX, scrollY];
  location.replace(location.hash);
  scrollTo({ left: x, top: y, behavior: "instant" });
}

/** Let what changed shine up once, where a reader can see it and wants movement. */
function flashAll(touched) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const blocks = new Set();
  for (const node of touched) {
    const block = (node.nodeType === 1 ? node : node.parentElement)?.closest(FLASHED);
    if (block && document.body.contains(block)) blocks.add(block);
  }
  const colour = getComputedStyle(root).getPropertyValue("--mark").trim() || "rgb(250 210 120 / 50%)";
  for (const block of [...blocks].slice(0, MOST_FLASHES))
    if (![...blocks].some((other) => other !== block && block.contains(other)))
      block.animate([{ backgroundColor: colour }, { backgroundColor: "transparent" }], { duration: 1100, easing: "ease-out" });
}
