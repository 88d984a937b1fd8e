// One unit that is opened: its data, its fallback receivers, its shift patterns.
// Rules: what others change shows by itself; a unit that is gone is said to be gone, and nothing of it stays to
// be clicked.
import { byId, day, make, Problem, say, t } from "./core.js";
import { gathered } from "./live.js";
import { find, heed, inDays, nameOf, removal, standing } from "./register.js";
import { shiftForm, unitForm } from "./unitsforms.js";

const PATTERNS_MOST = 500; // of a unit; the server gives no more at once

let open = null; // {id, item, shifts, receivers}
let page = null; // {sign(text), left()} of the page

/** Show a unit, null: none. */
export function openUnit(id, told) {
  page = told;
  open = id ? { id } : null;
  byId("one-data").hidden = byId("one-shifts").hidden = true;
  say(byId("one-gone"), "");
  if (open) read().then(() => byId("one-name").focus());
}

async function load() {
  if (!open) return;
  const asked = open;
  const [item, shifts, receivers] = await Promise.all([
    standing("unit", asked.id),
    find("shift", { unit: asked.id, limit: PATTERNS_MOST }),
    find("receiver", { unit: asked.id, limit: 1 }),
  ]);
  if (asked !== open) return;
  Object.assign(open, { item, shifts: shifts.entries, receivers: receivers.total });
  draw();
}

async function read() {
  try {
    await load();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(byId("line"), problem.text);
  }
}

function draw() {
  const { item } = open;
  byId("one-data").hidden = byId("one-shifts").hidden = !item;
  say(byId("one-gone"), item ? "" : t("units.gone", { id: open.id }));
  if (!item) return;
  byId("one-name").textContent = item.entry.name;
  byId("one-schedule").href = `/schema?unit=${encodeURIComponent(open.id)}`;
  facts(item.entry);
  patterns();
}

function facts(entry) {
  const fact = (name, ...told) => [make("dt", { textContent: t(name) }), make("dd", {}, ...told)];
  const names = (entry.fallback ?? []).map((one) => make("li", { textContent: nameOf("receiver", one, again) }));
  const tied = make("a", { href: `/mottagare?unit=${encodeURIComponent(open.id)}`, textContent: t("units.tied.count", { count: open.receivers }) });
  byId("one-list").replaceChildren(
    ...fact("units.id", make("code", { textContent: open.id })),
    ...fact("units.area", make("a", { href: `/enheter?area=${encodeURIComponent(entry.area)}`, textContent: nameOf("area", entry.area, again) })),
    ...fact("units.aliases", ...(entry.aliases?.length ? entry.aliases.map((one) => make("code", { textContent: one })) : [t("units.aliases.none")])),
    ...fact("units.fallback", names.length ? make("ol", {}, ...names) : t("units.fallback.none")),
    ...fact("units.oneway", t(`units.oneway.${entry.one_way ?? "escalate"}`)),
    ...fact("units.tied", tied),
  );
}

const again = () => open?.item && draw();

function patterns() {
  const focused = document.activeElement?.closest?.("#shifts button")?.dataset;
  const was = focused && { ...focused };
  const rows = [...open.shifts].sort((a, b) => (a.entry.from < b.entry.from ? -1 : 1)).map(pattern);
  byId("shifts").tBodies[0].replaceChildren(...rows);
  byId("shifts").hidden = !rows.length;
  byId("shifts-none").hidden = rows.length > 0;
  if (!was) return;
  const there = [...byId("shifts").querySelectorAll("button")].find((one) => one.dataset.of === was.of && one.dataset.does === was.does);
  (there ?? byId("shift-new")).focus();
}

/** From when to when a pattern is valid, in words. */
function validity({ valid_from: first, valid_to: last }) {
  const short = (date) => day(date, { day: "numeric", month: "short", year: "numeric" });
  if (first && last) return t("units.valid.both", { first: short(first), last: short(last) });
  if (first) return t("units.valid.from", { first: short(first) });
  return last ? t("units.valid.to", { last: short(last) }) : t("units.valid.always");
}

function pattern({ key, entry, version }) {
  const cell = (label, ...told) => make("td", { data: { label: t(label) } }, ...told);
  const act = (does, text, className, work) =>
    make("button", { type: "button", textContent: text, className, data: { does, of: entry.name }, aria: { label: t(`reg.${does}.who`, { name: entry.name }) }, onclick: work });
  const change = () => shiftForm({ entry, version, saved: (_, made) => done("reg.saved", made.name) });
  const gone = () => {
    done("reg.removed", entry.name);
    byId("shifts-name").focus();
  };
  const remove = () => removal({ table: "shift", key, version, name: entry.name, text: t("units.shift.removal"), done: gone });
  const over = entry.to <= entry.from ? make("span", { className: "hint", textContent: ` ${t("units.nextday")}` }) : null;
  return make(
    "tr",
    {},
    make("th", { scope: "row", textContent: entry.name }),
    cell("units.shift.times", `${entry.from}–${entry.to}`, over),
    cell("units.shift.days", inDays(entry.weekdays)),
    cell("units.shift.valid", validity(entry)),
    make("td", {}, make("span", { className: "acts" }, act("change", t("reg.change"), "", change), act("remove", "✕", "cross", remove))),
  );
}

function done(word, name) {
  page.sign(t(word, { name }));
  read();
}

byId("one-change").addEventListener("click", () => {
  const { entry, version } = open.item;
  unitForm({ entry, version, saved: (_, made) => done("reg.saved", made.name) });
});
byId("one-remove").addEventListener("click", () => {
  const { key, entry, version } = open.item;
  const gone = () => {
    page.left();
    page.sign(t("reg.removed", { name: entry.name }));
  };
  removal({ table: "unit", key, version, name: entry.name, text: t("units.removal"), done: gone });
});
byId("shift-new").addEventListener("click", () => {
  shiftForm({ entry: { unit: open.id }, saved: (_, made) => done("reg.saved", made.name) });
});
const fresh = gathered(load);
heed({ roster: fresh, anew: fresh });
