// Turns the page on the screen into the page the server has now, and touches only what differs.
//
// Three trees take part: the page as the server had it (old), as it has it now (fresh), and the one on the
// screen (live), which scripts and the reader have changed since. What is equal in old and fresh is left
// alone, whatever became of it on the screen: open details, typed words, sorted rows, copy buttons. Each node
// of the old tree knows its twin on the screen; the old tree is changed along, and is then the fresh one.

import { isOurs } from "./elements.js";

const WHOLE = new Set(["svg", "math", "script", "style", "link"]); // replaced, never mended inside
const MOST_COMPARISONS = 1e6; // of a longest common subsequence; longer lists are matched by what is equal
const twins = new WeakMap();

/** Return the node on the screen that shows a node of the old tree. */
export const twin = (node) => twins.get(node);

/** Note which node on the screen shows which of the server's; what a script has added has no twin. */
export function pair(old, live) {
  twins.set(old, live);
  const shown = [...live.childNodes].filter((node) => !isOurs(node));
  let from = 0;
  for (const child of old.childNodes) {
    let at = from;
    while (at < shown.length && !alike(child, shown[at])) at++;
    if (at === shown.length) continue;
    pair(child, shown[at]);
    from = at + 1;
  }
}

const alike = (one, other) =>
  one.nodeName === other.nodeName && (one.nodeType === 1 ? one.id === other.id : one.data === other.data);

/** Make one element like its fresh form, here and on the screen; `touched` collects what changed there. */
export function morph(old, fresh, touched) {
  attributes(old, fresh, touched);
  children(old, fresh, touched);
}

function attributes(old, fresh, touched) {
  const live = twins.get(old);
  for (const { name } of [...old.attributes]) {
    if (fresh.hasAttribute(name)) continue;
    old.removeAttribute(name);
    live.removeAttribute(name);
    touched.add(live);
  }
  for (const { name, value } of fresh.attributes) {
    const before = old.getAttribute(name);
    if (before === value) continue;
    old.setAttribute(name, value);
    if (name === "class") classes(live, before || "", value);
    else live.setAttribute(name, value);
    touched.add(live);
  }
}

/** Change the classes the server changed; those of scripts stay. */
function classes(live, before, after) {
  const words = (text) => text.split(/\s+/).filter(Boolean);
  live.classList.remove(...words(before));
  live.classList.add(...words(after));
}

function children(old, fresh, touched) {
  const before = [...old.childNodes], after = [...fresh.childNodes];
  const partners = match(before, after), kept = new Set(partners.values()), live = twins.get(old);
  const gone = before.filter((node) => !kept.has(node));
  const changed = [...partners].filter(([node, mine]) => !mine.isEqualNode(node)).map(([, mine]) => mine);
  if ([...gone, ...changed].some((node) => twins.get(node)?.parentNode !== live)) return rebuild(old, after, touched);
  for (const node of gone) {
    discard(twins.get(node));
    node.remove();
    touched.add(live);
  }
  let previous = null;
  for (const node of after) {
    const mine = partners.get(node) || copy(node);
    if (mine.parentNode !== old || mine.previousSibling !== previous) place(mine, old, previous, touched);
    previous = mine.isEqualNode(node) ? mine : change(mine, node, touched);
  }
}

/** Fill an element anew whose children on the screen are no longer those of the server. */
function rebuild(old, after, touched) {
  const live = twins.get(old);
  old.replaceChildren();
  live.replaceChildren();
  let previous = null;
  for (const node of after) {
    const mine = copy(node);
    place(mine, old, previous, touched);
    previous = mine;
  }
}

function copy(node) {
  const mine = document.importNode(node, true);
  pairCopies(mine, document.importNode(node, true));
  return mine;
}

function pairCopies(mine, shown) {
  twins.set(mine, shown);
  mine.childNodes.forEach((child, at) => pairCopies(child, shown.childNodes[at]));
}

/** Put a node behind another one, in the old tree and on the screen. */
function place(mine, old, previous, touched) {
  const live = twins.get(old), before = previous && twins.get(previous);
  let shown = twins.get(mine);
  if (shown.localName === "script" && !shown.isConnected) twins.set(mine, (shown = runnable(shown)));
  old.insertBefore(mine, previous ? previous.nextSibling : old.firstChild);
  if (before && before.parentNode === live) before.after(shown);
  else if (previous) live.append(shown);
  else live.prepend(shown);
  touched.add(shown);
}

/** A parsed script never runs; one that was made does. */
function runnable(parsed) {
  const script = document.createElement("script");
  for (const { name, value } of parsed.attributes) script.setAttribute(name, value);
  script.textContent = parsed.textContent;
  return script;
}

/** Take a node off the screen; a style sheet only when its successor had time to load. */
function discard(shown) {
  if (shown.localName === "link" && shown.rel === "stylesheet") setTimeout(() => shown.remove(), 250);
  else shown.remove();
}

/** Make a node like its fresh form, and return the one that stands there now. */
function change(mine, node, touched) {
  if (mine.nodeType !== 1) text(mine, node.data, touched);
  else if (!WHOLE.has(mine.localName)) morph(mine, node, touched);
  else {
    const successor = copy(node);
    place(successor, mine.parentNode, mine, touched);
    discard(twins.get(mine));
    mine.remove();
    return successor;
  }
  return mine;
}

/** Change only the differing middle of a text, so that a selection beside it stays. */
function text(mine, after, touched) {
  const before = mine.data, live = twins.get(mine);
  mine.data = after;
  touched.add(live);
  if (live.data !== before) return void (live.data = after);
  const [start, end] = common(before, after);
  live.replaceData(start, before.length - end - start, after.slice(start, after.length - end));
}

/** Return how many items two texts or lists share at their beginnings and, beyond those, at their ends. */
function common(one, other, equal = (a, b) => a === b) {
  const shorter = Math.min(one.length, other.length);
  let start = 0, end = 0;
  while (start < shorter && equal(one[start], other[start])) start++;
  while (end < shorter - start && equal(one[one.length - 1 - end], other[other.length - 1 - end])) end++;
  return [start, end];
}

/** Find for each fresh child the old one it is, or was: a Map; fresh ones without are new. */
function match(before, after) {
  const [start, end] = common(before, after, (a, b) => a.isEqualNode(b)), found = new Map();
  for (let i = 0; i < start; i++) found.set(after[i], before[i]);
  for (let i = 1; i <= end; i++) found.set(after[after.length - i], before[before.length - i]);
  const olds = before.slice(start, before.length - end), news = after.slice(start, after.length - end);
  if (!olds.length || !news.length) return found;
  byId(olds, news, found);
  const taken = new Set(found.values());
  const free = olds.filter((node) => !taken.has(node)), open = news.filter((node) => !found.has(node));
  let o = 0, n = 0;
  for (const [oldAt, newAt] of [...equals(free, open), [free.length, open.length]]) {
    byKind(free.slice(o, oldAt), open.slice(n, newAt), found);
    if (oldAt < free.length) found.set(open[newAt], free[oldAt]);
    [o, n] = [oldAt + 1, newAt + 1];
  }
  return found;
}

function byId(olds, news, found) {
  const named = new Map(olds.filter((node) => node.id).map((node) => [`${node.nodeName} ${node.id}`, node]));
  for (const node of news) {
    const mine = node.id && named.get(`${node.nodeName} ${node.id}`);
    if (mine && named.delete(`${node.nodeName} ${node.id}`)) found.set(node, mine);
  }
}

/** Return the places of equal nodes, in the order of both lists: a longest common subsequence. */
function equals(olds, news) {
  const key = (node) => node.outerHTML ?? `${node.nodeType} ${node.data}`;
  const a = olds.map(key), b = news.map(key), width = b.length + 1;
  if (a.length * b.length > MOST_COMPARISONS) return inOrder(a, b);
  const length = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] = a[i] === b[j] ? 1 + length[(i + 1) * width + j + 1]
        : Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}

/** The same for long lists: each in one pass, with the next equal one. */
function inOrder(a, b) {
  const where = new Map();
  a.forEach((text, i) => where.set(text, [...(where.get(text) || []), i]));
  const pairs = [];
  let last = -1;
  b.forEach((text, j) => {
    const i = where.get(text)?.find((at) => at > last);
    if (i !== undefined) pairs.push([(last = i), j]);
  });
  return pairs;
}

/** Pair what lies between two equal nodes: same kind, the most similar words, in order. */
function byKind(olds, news, found) {
  let from = 0;
  olds.forEach((mine, at) => {
    const last = news.length - (olds.length - 1 - at <= news.length - from - 1 ? olds.length - 1 - at : 0);
    let best = -1, score = -1;
    for (let i = from; i < last; i++) {
      if (news[i].nodeName !== mine.nodeName || (mine.id || "") !== (news[i].id || "")) continue;
      const similar = likeness(mine.textContent, news[i].textContent);
      if (similar > score) [best, score] = [i, similar];
      if (similar > 0.8 || olds.length > 50) break;
    }
    if (best < 0) return;
    found.set(news[best], mine);
    from = best + 1;
  });
}

function likeness(one, other) {
  const [start, end] = common(one, other);
  return (start + end) / Math.max(one.length, other.length, 1);
}
