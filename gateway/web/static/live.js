// Server-sent events, and the sign that they stopped coming.
// Rules: after every gap (a new connection, `lost`) the page reads everything anew; the browser connects again
// by itself, unless the server refused, which is tried again after RETRY.
import { byId, say, t } from "./core.js";

const RETRY = 3000; // milliseconds

/** Call `on[kind](data)` for each event, `on.anew()` after every gap. */
export function listen(on) {
  const source = new EventSource("/api/live");
  let greeted = false;
  source.addEventListener("hello", () => {
    say(byId("line"), "");
    if (greeted || on.gap) on.anew();
    greeted = true;
  });
  source.addEventListener("lost", () => on.anew());
  for (const kind of ["slot", "roster", "outcome"]) {
    source.addEventListener(kind, (event) => on[kind]?.(JSON.parse(event.data)));
  }
  source.addEventListener("error", () => {
    say(byId("line"), t("offline"));
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen({ ...on, gap: true }), RETRY);
  });
}

/** One call for many that come close together. */
export function gathered(work, wait = 100) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  };
}
