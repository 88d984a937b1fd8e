// Server-sent events, and the sign that they stopped coming.
// Rules: after every gap (a new connection, `lost`) the page reads everything anew; the browser connects again
// by itself, unless the server refused, which is tried again after RETRY.
import { ask, byId, leave, Problem, say, t } from "./core.js";

const RETRY = 3000; // milliseconds
const KINDS = ["slot", "roster", "correction", "outcome", "alert", "refusal", "alarm", "import", "record"];

const others = []; // what parts of the page want to hear

/** As `listen`, for a part that many pages have: it hears along with the page's own call. */
export const hear = (on) => others.push(on);

/** Leads to the log-in if the session is over; another failure is told by the stream itself. */
async function stillIn() {
  try {
    await ask("GET", "/api/session");
  } catch (problem) {
    if (problem.status === 401) leave();
  }
}

/** Call `on[kind](data)` for each event, `on.anew()` after every gap. */
export function listen(on) {
  const anew = () => [on, ...others].forEach((one) => one.anew?.());
  const source = new EventSource("/api/live");
  let greeted = false;
  source.addEventListener("hello", () => {
    say(byId("line"), "");
    if (greeted || on.gap) anew();
    greeted = true;
  });
  source.addEventListener("bye", stillIn);
  source.addEventListener("lost", anew);
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => [on, ...others].forEach((one) => one[kind]?.(JSON.parse(event.data))));
  }
  source.addEventListener("error", () => {
    say(byId("line"), t("offline"));
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(async () => {
      await stillIn();
      listen({ ...on, gap: true });
    }, RETRY);
  });
}

/** One call for many that come close together, never two at once: what comes meanwhile makes one more.
 * What fails is told at the top of the page. */
export function gathered(work, wait = 100) {
  let timer = null;
  let working = false;
  let again = false;
  const call = () => {
    timer ??= setTimeout(begin, wait);
  };
  const begin = async () => {
    timer = null;
    again = working;
    if (working) return;
    working = true;
    try {
      await work();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      say(byId("line"), problem.text);
    } finally {
      working = false;
      if (again) call();
    }
  };
  return call;
}
