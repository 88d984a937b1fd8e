// How the shifts of the coming 14 days are covered.
import { ask, byId, clock, day, language, make, names, t } from "./core.js";
import { choose } from "./choose.js";
import { gathered, listen } from "./live.js";

let unit = null;

const read = gathered(async () => {
  if (unit === null) return;
  const told = await ask("GET", `/api/coverage?unit=${encodeURIComponent(unit)}`);
  const [found] = told.units;
  byId("holes").textContent = found.holes.length ? t("holes", { count: found.holes.length }) : t("holes.none");
  const days = Map.groupBy(found.entries, (one) => one.date);
  byId("days").replaceChildren(...[...days].map(([date, entries]) => ofDay(date, entries)));
});

function ofDay(date, entries) {
  const shifts = Map.groupBy(entries, (one) => one.shift);
  const rows = [...shifts].map(([shift, roles]) => {
    const goal = new URLSearchParams({ unit, date, shift });
    const link = make("a", { href: `/schema?${goal}`, textContent: `${shift} ${roles[0].from}–${roles[0].to}`, title: t("coverage.open") });
    return make("div", { className: "row" }, make("p", { className: "row-name" }, link), ...roles.map(ofRole));
  });
  return make("section", { className: "card" }, make("h2", { textContent: day(date) }), ...rows);
}

function ofRole(one) {
  const reasons = one.reasons.map((reason) => reason[language]).join(" ");
  return make(
    "div",
    { className: "cover" },
    make("span", { className: `state ${one.state}`, textContent: `${t(one.role)}: ${t(one.state)}` }),
    make("p", { textContent: names(one.receivers), title: clock(one.start) }),
    reasons ? make("p", { className: "made", textContent: reasons }) : null,
  );
}

listen({ slot: read, roster: read, anew: read });
await choose((chosen) => {
  unit = chosen;
  read();
});
