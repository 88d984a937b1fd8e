// How the units of an area are covered, the worst first, and every shift of one of them for 14 days.
import { ask, byId, clock, day, language, make, names, Problem, say, t } from "./core.js";
import { choose } from "./choose.js";
import { gathered, listen } from "./live.js";

const OVERVIEW = 400; // milliseconds: it reads every unit of the area
const AGAIN = 60_000; // milliseconds: a hole begins, and a shift ends, without an event
let area = null;
let unit = null;

const read = gathered(async () => {
  if (unit === null) return;
  const asked = unit;
  const told = await ask("GET", `/api/coverage?unit=${encodeURIComponent(asked)}`);
  if (asked !== unit) return;
  const [found] = told.units;
  byId("holes").textContent = found.holes.length ? t("holes", { count: found.holes.length }) : t("holes.none");
  byId("hole-list").replaceChildren(...found.holes.map((one) => make("li", { textContent: ofHole(one) })));
  const days = Map.groupBy(found.entries, (one) => one.date);
  byId("days").replaceChildren(...[...days].map(([date, entries]) => ofDay(date, entries)));
});

const overview = gathered(async () => {
  if (area === null) return;
  const asked = area;
  try {
    const told = await ask("GET", `/api/coverage/overview?area=${encodeURIComponent(asked)}`);
    if (asked !== area) return;
    const focused = document.activeElement?.dataset?.unit;
    byId("overview").replaceChildren(...told.units.map((one) => ofUnit(one, told.now)));
    byId("overview").querySelector(`[data-unit="${CSS.escape(focused ?? "")}"]`)?.focus();
    say(byId("overview-fault"), "");
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    byId("overview").replaceChildren();
    say(byId("overview-fault"), problem.status === 422 ? t("coverage.large") : problem.text);
  }
}, OVERVIEW);

function ofHole(one) {
  const span = t("coverage.hole.span", { role: t(one.role), start: clock(one.start), end: clock(one.end) });
  return `${span} (${t(one.fallback ? "coverage.fallback" : "coverage.nofallback")})`;
}

function ofUnit(one, now) {
  const state = one.next ? "empty" : one.thin ? "thin" : "covered";
  const goal = new URLSearchParams({ unit: one.id });
  const link = make("a", { href: `/tackning?${goal}`, textContent: one.name, data: { unit: one.id } });
  if (one.id === unit) link.setAttribute("aria-current", "true");
  return make(
    "li",
    {},
    make("p", {}, link),
    make("p", { textContent: one.next ? nextOf(one.next, now) : one.covered + one.thin ? "" : t("coverage.noshifts") }),
    make("p", {}, make("span", { className: `state ${state}`, textContent: counts(one) })),
  );
}

function nextOf(hole, now) {
  const words = hole.start <= now ? t("coverage.hole.now", { role: t(hole.role), time: clock(hole.end) }) : t("coverage.hole", { role: t(hole.role), time: clock(hole.start) });
  return `${words} (${t(hole.fallback ? "coverage.fallback" : "coverage.nofallback")})`;
}

function counts(one) {
  if (one.holes || one.thin) return t("coverage.counts", { holes: one.holes, thin: one.thin });
  return one.covered ? t("coverage.whole") : t("coverage.noholes");
}

function ofDay(date, entries) {
  const shifts = Map.groupBy(entries, (one) => one.shift);
  const rows = [...shifts].map(([shift, roles]) => {
    const goal = new URLSearchParams({ unit, date, shift });
    const link = make("a", { href: `/schema?${goal}`, textContent: `${shift} ${roles[0].from}–${roles[0].to}`, title: t("coverage.open") });
    return make("div", { className: "row" }, make("p", { className: "row-name" }, link), ...roles.map(ofRole));
  });
  return make("section", { className: "card" }, make("h3", { textContent: day(date) }), ...rows);
}

function ofRole(one) {
  const reasons = one.reasons.map((reason) => reason[language]).join(" ");
  return make(
    "div",
    { className: "cover" },
    make("span", { className: `state ${one.state}`, textContent: `${t(one.role)}: ${t(one.state)}` }),
    one.receivers.length ? make("p", { textContent: names(one.receivers), title: clock(one.start) }) : null,
    reasons ? make("p", { className: "made", textContent: reasons }) : null,
  );
}

const again = () => {
  read();
  overview();
};
listen({ slot: again, roster: again, outcome: (one) => one.source === "bakjour/test" && again(), anew: again });
setInterval(again, AGAIN);
await choose((chosen, chosenArea) => {
  const moved = chosenArea !== area;
  [unit, area] = [chosen, chosenArea];
  if (moved) byId("overview").replaceChildren();
  again();
});
