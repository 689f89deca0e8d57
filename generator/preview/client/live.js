// The preview's side in the browser: hears what the server says, and hands it to what shows it.
//
// Only the preview server puts this script into a page; no build has it, and every page works without it.

import * as badges from "./badges.js";
import { connect } from "./connection.js";
import { hear, rerun } from "./drawer.js";
import { base } from "./elements.js";
import * as overlay from "./overlay.js";
import * as page from "./page.js";
import * as toolbar from "./toolbar.js";

let session = ""; // of the server start we speak with
let asked = 0;

const receive = {
  connection: ({ open }) => toolbar.tell({ connected: open }),
  restarted: () => location.reload(),
  hello(message) {
    if (session && session !== message.session) return location.reload();
    session = message.session;
    toolbar.tell({ connected: true, revision: message.revision });
    if (message.rerun) badges.allow(rerun);
    if (message.revision > page.shown()) page.refresh();
  },
  update({ revision, urls = [], styles = [] }) {
    toolbar.tell({ revision });
    if (styles.length) page.swap(styles);
    if (page.concerns(urls)) page.refresh().then(facts);
    else {
      page.stamp(revision);
      if (badges.any()) facts(); // of posts whose beginnings a list shows
    }
    toolbar.compare();
  },
  errors: ({ errors }) => overlay.show(errors),
  live({ revision, urls = [], runs = [] }) {
    badges.know(runs);
    if (page.concerns(urls)) page.refresh({ flash: false });
    else if (revision) page.stamp(revision);
    if (revision) toolbar.tell({ revision });
    if (runs.some(({ state }) => state !== "running")) toolbar.compare();
  },
  rerun: hear,
};

/** Ask what is known of the runs behind this page. */
async function facts() {
  const mine = ++asked;
  try {
    const answer = await fetch(`${base}facts?url=${encodeURIComponent(location.pathname)}`, { cache: "no-store" });
    if (!answer.ok || mine !== asked) return;
    const { runs = [], warnings = [], rerun: allowed } = await answer.json();
    badges.know(runs, { all: true });
    toolbar.tell({ runs, warnings });
    if (allowed) badges.allow(rerun);
  } catch { /* asked for again with the next change */ }
}

document.addEventListener("labpress:update", () => badges.mark());
connect((message) => receive[message.type]?.(message));
page.start().then(facts);
toolbar.compare(300);
