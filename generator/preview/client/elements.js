// Elements of the preview itself: how they are made, that no message becomes HTML, where their styles come from.

const here = new URL(".", import.meta.url);

/** The address under which this server start answers the preview, with its secret. */
export const base = here.pathname;

/** Return whether a node belongs to the preview and not to the page. */
export const isOurs = (node) =>
  node.nodeType === 1 && (node.localName.startsWith("labpress-") || (node.localName === "script" && node.src.includes("/__labpress/")));

/** Make an element: properties are set as such, those with a dash or of `role` as attributes; strings are text. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.flat().filter((child) => child !== "" && child != null && child !== false));
  return element;
}

function sheet(name) {
  const styles = new CSSStyleSheet();
  fetch(new URL(name, here)).then((answer) => answer.text()).then((text) => styles.replaceSync(text), () => {});
  return styles;
}

const panels = ["panel.css", "badges.css", "bar.css"].map(sheet);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet("page.css")];

/** Return an element with a shadow of its own, where neither the page's styles nor its scripts reach. */
export function hosted(name, ...children) {
  const host = document.createElement(`labpress-${name}`);
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = panels;
  shadow.append(...children);
  return host;
}

/** Show a host beside the page: outside <body>, which belongs to the page. */
export const attach = (host) => host.isConnected || document.documentElement.append(host);

/** A button that copies what `text()` returns. */
export function copyButton(text, label = "Copy") {
  const button = make("button", { type: "button", className: "copy", textContent: label });
  button.onclick = async () => {
    button.textContent = (await copied(text())) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { button.textContent = label; }, 1500);
  };
  return button;
}

/** Copy a text; on plain http there is no clipboard, but the old command. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { value: text, readOnly: true });
    area.style.cssText = "position:fixed;opacity:0";
    document.documentElement.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** What the preview remembers between pages; a private window forgets. */
export const memory = {
  get(key) { try { return JSON.parse(localStorage.getItem(`labpress.${key}`)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(`labpress.${key}`, JSON.stringify(value)); } catch { /* private */ } },
};
