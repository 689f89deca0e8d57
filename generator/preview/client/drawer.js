// The drawer at the bottom left: what a run that was started from the page says, until its last word.

import { attach, base, copyButton, hosted, make } from "./elements.js";

const MOST_LINES = 2000;
const drawers = new Map(); // experiment → its drawer

const started = { // in this tab: a page that is opened next goes on listening, other tabs do not
  all: () => JSON.parse(sessionStorage.getItem("labpress.started") ?? "[]"),
  has: (experiment) => started.all().includes(experiment),
  set: (list) => sessionStorage.setItem("labpress.started", JSON.stringify(list)),
  add: (experiment) => started.set([...started.all(), experiment]),
  remove: (experiment) => started.set(started.all().filter((name) => name !== experiment)),
};

/** Start an experiment again. */
export async function rerun(experiment) {
  const drawer = open(experiment);
  started.add(experiment);
  drawer.state("started");
  const body = JSON.stringify({ experiment });
  try {
    const answer = await fetch(`${base}rerun`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (!answer.ok) drawer.end(await refusal(answer), false);
  } catch {
    drawer.end("the server does not answer", false);
  }
}

/** Hear a line of a run, or that it ended. */
export function hear({ experiment, line, ended }) {
  const drawer = drawers.get(experiment) ?? (started.has(experiment) ? open(experiment) : null);
  if (line !== undefined) drawer?.line(line);
  if (ended !== undefined) drawer?.end(ended === 0 ? "finished, exit code 0" : `failed, exit code ${ended}`, ended === 0);
}

async function refusal(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text).error ?? text;
  } catch {
    return text.slice(0, 200) || `refused (${answer.status})`;
  }
}

function open(experiment) {
  drawers.get(experiment)?.close();
  const log = make("pre", { tabIndex: 0, role: "log", "aria-label": `What ${experiment} says` });
  const told = make("span", { className: "told", role: "status" });
  const shut = make("button", { type: "button", textContent: "Close" });
  const head = make("header", {}, make("strong", { textContent: experiment }), told, copyButton(() => log.textContent), shut);
  const root = make("section", { className: "drawer", "aria-label": `Run of ${experiment}` }, head, log);
  const host = hosted("drawer", root);
  const drawer = {
    line(text) {
      const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
      log.append(`${text}\n`);
      while (log.childNodes.length > MOST_LINES) log.firstChild.remove();
      if (atEnd) log.scrollTop = log.scrollHeight;
    },
    state(text) { told.textContent = text; },
    end(text, well) {
      started.remove(experiment);
      told.textContent = text;
      root.classList.add(well ? "well" : "badly");
    },
    close() {
      started.remove(experiment);
      host.remove();
      drawers.delete(experiment);
    },
  };
  shut.onclick = () => drawer.close();
  drawers.set(experiment, drawer);
  attach(host);
  return drawer;
}
