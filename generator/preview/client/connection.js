// One stream of events for all tabs of a browser: a seventh stream of its own would hang every request.
//
// The tab that holds the lock listens and passes on what it hears; when it closes, another one takes over.
// Without locks (plain http from another machine) each tab listens while it is seen.

import { base } from "./elements.js";

const SLOWEST = 2000; // milliseconds between two tries
const SILENT = 30000; // … without a sign of life, which comes every eight seconds: the machine slept, or the way is gone
const channel = self.BroadcastChannel ? new BroadcastChannel(`labpress ${base}`) : null;
const shared = Boolean(channel && navigator.locks);

/** Hear what the server says, now and after every loss: `receive` gets each message as an object. */
export function connect(receive) {
  const known = new Map(); // the newest message of each lasting kind, for tabs that come later
  const hear = (message) => {
    if (["hello", "errors", "connection"].includes(message.type)) known.set(message.type, message);
    receive(message);
  };
  if (!shared) return alone(hear);
  let leads = false;
  channel.onmessage = ({ data }) => {
    if (data.type !== "ask") hear(data);
    else if (leads) for (const message of known.values()) channel.postMessage(message);
  };
  const lead = () => {
    leads = true;
    listen((message) => { channel.postMessage(message); hear(message); });
    return new Promise(() => {}); // never settles: the lock is held until the tab closes
  };
  channel.postMessage({ type: "ask" });
  navigator.locks.request(`labpress ${base}`, lead);
}

function alone(hear) {
  let stop = listen(hear);
  document.addEventListener("visibilitychange", () => {
    stop();
    if (!document.hidden) stop = listen(hear);
  });
}

/** Listen, again and again; returns how to stop. */
function listen(hear) {
  let source, timer, watchdog, wait = 200, stopped = false;
  const open = () => {
    source = new EventSource(`${base}events`);
    source.onopen = () => { wait = 200; alive(); hear({ type: "connection", open: true }); };
    source.onmessage = (event) => { alive(); hear(JSON.parse(event.data)); };
    source.onerror = lose;
  };
  const alive = () => { clearTimeout(watchdog); watchdog = setTimeout(lose, SILENT); };
  const lose = () => { clearTimeout(watchdog); source.close(); hear({ type: "connection", open: false }); again(); };
  const again = () => {
    if (stopped) return;
    timer = setTimeout(retry, wait);
    wait = Math.min(2 * wait, SLOWEST);
  };
  /** A server that does not know our address any more was started anew: its pages carry the new one. */
  const retry = async () => {
    try {
      const answer = await fetch(`${base}live.js`, { method: "HEAD", cache: "no-store" });
      if (answer.ok) open();
      else if (answer.status < 500) hear({ type: "restarted" });
      else again();
    } catch {
      again();
    }
  };
  addEventListener("pagehide", () => { clearTimeout(watchdog); source?.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // back from the browser's memory
  open();
  return () => { stopped = true; clearTimeout(timer); clearTimeout(watchdog); source.close(); };
}
