// Files that changed behind the page: style sheets and pictures, loaded anew wherever the page names them.
//
// A browser asks for a picture again only under another address, so each gets one with a stamp; what is put into the
// page later, or comes with a sheet that was loaded again, gets the same.

const PICTURES = [
  ["src", "img, source, video, audio, input"],
  ["poster", "video"],
  ["data", "object"],
  ["href", 'link[rel~="icon"], image'],
];
const CANDIDATE = /([\s,]*)(\S*[^\s,])(?:(,)|(\s[^,(]*(?:\([^)]*\)[^,(]*)*)?)/g; // of `srcset`: an address and its size
const CSS_URL = /url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"')]*))\s*\)/g;
const stamps = new Map(); // path of a file → the stamp of its last change

/** Load changed style sheets and pictures anew; `replaced` hears which link stands for which from now on. */
export function swap(addresses, replaced) {
  const paths = new Set(addresses.map((address) => local(address)?.pathname)), stamp = performance.now().toString(36);
  for (const path of paths) stamps.set(path, stamp);
  const has = (address) => paths.has(local(address)?.pathname ?? "");
  for (const link of document.querySelectorAll('link[rel~="stylesheet"]'))
    if (has(link.href) || imports(link.sheet, has)) swapSheet(link, replaced);
  freshen();
}

/** Give every picture that changed since the page was loaded its newest address. */
export function freshen() {
  if (!stamps.size) return;
  for (const [name, selector] of PICTURES)
    for (const element of document.querySelectorAll(`:is(${selector})[${name}]`)) renew(element, name, newest);
  for (const element of document.querySelectorAll("[srcset]")) renew(element, "srcset", candidates);
  for (const element of document.querySelectorAll('[style*="url("]')) paint(element.style, document.baseURI);
  for (const sheet of document.styleSheets) repaint(sheet, document.baseURI);
}

/** Return an address as a URL of this server, null for any other. */
function local(address, base = document.baseURI) {
  try {
    const url = new URL(address, base);
    return url.origin === location.origin ? url : null;
  } catch {
    return null; // no address at all
  }
}

/** Return the address that gives the newest content of a file: the same one, where it never changed. */
function newest(address, base) {
  const url = local(address, base), stamp = stamps.get(url?.pathname);
  if (!stamp || url.searchParams.get("labpress") === stamp) return address;
  url.searchParams.set("labpress", stamp);
  return url.href;
}

const candidates = (set) =>
  set.replace(CANDIDATE, (_, before, address, comma = "", size = "") => before + newest(address) + comma + size);

function renew(element, name, change) {
  const before = element.getAttribute(name), after = change(before);
  if (after !== before) element.setAttribute(name, after);
}

/** Change the pictures that a sheet names, in its rules and in those of the sheets it imports. */
function repaint(sheet, base) {
  let rules = [];
  try { rules = sheet.cssRules ?? []; } catch { /* from another origin */ }
  for (const rule of rules) {
    if (rule.style) paint(rule.style, sheet.href ?? base);
    if (rule.styleSheet || rule.cssRules) repaint(rule.styleSheet ?? rule, sheet.href ?? base);
  }
}

function paint(style, base) {
  for (const name of [...style]) {
    const before = style.getPropertyValue(name);
    if (!before.includes("url(")) continue;
    const after = before.replace(CSS_URL, (whole, double, single, bare) => {
      const address = double ?? single ?? bare, changed = newest(address, base);
      return changed === address ? whole : `url("${changed}")`;
    });
    if (after !== before) style.setProperty(name, after, style.getPropertyPriority(name));
  }
}

/** Return whether a sheet, or one it imports, imports one of these. */
function imports(sheet, has) {
  try {
    const inner = [...(sheet?.cssRules ?? [])].filter((rule) => rule instanceof CSSImportRule);
    return inner.some((rule) => has(rule.styleSheet?.href ?? rule.href) || imports(rule.styleSheet, has));
  } catch {
    return false; // from another origin
  }
}

/** Put a link with another address behind the old one, which goes when its successor is there. */
function swapSheet(link, replaced) {
  const successor = link.cloneNode(), url = new URL(link.href);
  url.searchParams.set("labpress", performance.now().toString(36));
  successor.href = url.href;
  successor.onload = successor.onerror = () => {
    link.remove();
    freshen();
  };
  replaced(link, successor);
  link.after(successor);
}
