// The printable page: who is on during the coming 72 hours, with numbers.
// Rules: it always shows the roster of the time that it names, so it is read anew at every change and every minute.
import { ask, byId, day, language, make, say, t } from "./core.js";
import { choose } from "./choose.js";
import { gathered, listen } from "./live.js";

const MINUTE = 60_000; // milliseconds
const zone = document.body.dataset.timezone;
const locale = language === "sv" ? "sv-SE" : "en-GB";
const inFull = new Intl.DateTimeFormat(locale, {
  timeZone: zone, weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit",
});
const inShort = new Intl.DateTimeFormat(locale, {
  timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});
let unit = null;

const read = gathered(async () => {
  if (unit === null) return;
  const asked = unit;
  const told = await ask("GET", `/api/roster/units/${encodeURIComponent(unit)}/paper`);
  if (asked === unit) draw(told);
});

function draw(told) {
  const [from, to] = [told.now, told.until].map((one) => inShort.format(new Date(one)));
  byId("paper-title").textContent = t("paper.title", { unit: told.name });
  byId("paper-range").textContent = `${told.area_name} · ${t("paper.range", { from, to })}`;
  byId("paper-printed").textContent = t("paper.printed", { time: inFull.format(new Date(told.now)) });
  say(byId("paper-clocks"), told.clocks ? clocks(told.clocks) : "");
  say(byId("paper-none"), told.shifts.length ? "" : t("paper.none"));
  const days = Map.groupBy(told.shifts, (one) => one.date);
  byId("paper-shifts").hidden = !told.shifts.length;
  byId("paper-shifts").replaceChildren(byId("paper-shifts").tHead, ...[...days].map(ofDay));
  fallback(told);
  document.title = `${t("paper.title", { unit: told.name })} ${inShort.format(new Date(told.now))}`;
  byId("paper").hidden = byId("print").disabled = false;
}

function clocks(one) {
  const word = one.from < one.to ? "paper.clocks.on" : "paper.clocks.back";
  return t(word, { date: day(one.date), from: one.from, to: one.to });
}

function ofDay([date, shifts]) {
  const heading = make("th", { colSpan: 3, scope: "rowgroup", textContent: day(date) });
  return make("tbody", {}, make("tr", { className: "day" }, heading), ...shifts.map(ofShift));
}

function ofShift(one) {
  const times = `${one.from}–${one.to}${one.running ? ` (${t("paper.running")})` : ""}`;
  const name = make(
    "th",
    { className: "shift", scope: "row" },
    one.shift,
    make("small", { textContent: times }),
    one.note ? make("small", { textContent: one.note[language] }) : null,
  );
  return make("tr", {}, name, ...["doctor", "nurse"].map((role) => make("td", {}, people(one[role]))));
}

function people(list) {
  if (!list.length) return make("strong", { className: "nobody", textContent: t("paper.empty") });
  return make("ol", {}, ...list.map(person));
}

function person(one) {
  const backup = one.backup ? make("span", { className: "backup", textContent: ` ${t("paper.backup", { number: one.backup })}` }) : null;
  const number = make("span", { className: "number", textContent: one.number ?? t("paper.nonumber") });
  return make("li", {}, `${one.name} `, number, backup);
}

function fallback(told) {
  const groups = [["paper.unit", told.fallback], ["paper.area", told.area_fallback]].filter(([, list]) => list.length);
  byId("fallback").className = "groups";
  byId("fallback").replaceChildren(
    ...(groups.length
      ? groups.map(([word, list]) => make("div", {}, make("h4", { textContent: t(word) }), people(list)))
      : [make("p", { textContent: t("paper.nofallback") })]),
  );
}

byId("print").addEventListener("click", () => window.print());
listen({ slot: (told) => told.unit === unit && read(), roster: read, anew: read });
setInterval(read, MINUTE);
await choose((chosen) => {
  unit = chosen;
  read();
});
