// The schedule of a unit: choose a shift, staff it, assign its roles.
// Rules: every change is saved at once, one after the other (edits). What another browser does is read anew, after
// our own changes.
import { ask, byId, clock, later, say, t } from "./core.js";
import { choose } from "./choose.js";
import { copying } from "./copy.js";
import { correcting } from "./correction.js";
import { today } from "./dates.js";
import { dragging, underWay } from "./drag.js";
import { drawSelector, drawShift } from "./drawing.js";
import { editing } from "./edits.js";
import { gathered, listen } from "./live.js";
import { calendar } from "./month.js";
import { next, sign } from "./queue.js";
import { added, assigned, both, inPlace, instead, moved, offRole, offShift } from "./shiftlists.js";

const AROUND = 15; // days that are read before and after the shift that is shown

const state = { unit: null, shifts: [], shown: null, may: false };
let waits = false; // something is to be drawn after a drag

const address = (rest) => `/api/roster/units/${encodeURIComponent(state.unit.id)}/${rest}`;
const can = () => state.may && !state.shown.past;
const is = (one, other) => one.shift === other.shift && one.date === other.date;
const find = (where) => state.shifts.find((one) => is(one, where));
const same = (shifts) => shifts.find((one) => is(one, state.shown));
const ofDays = (first, days) => ask("GET", address(`shifts?from=${first}&days=${days}`));

function draw() {
  waits = underWay();
  if (waits) return;
  const ready = Boolean(state.shown);
  byId("selector").hidden = byId("work").hidden = !ready;
  say(byId("nothing"), ready ? "" : t("noshifts"));
  if (!ready) return;
  drawSelector(state.unit, state.shifts, state.shown);
  drawShift(state.unit, state.shown, { can: can(), may: state.may, filter: byId("filter").value });
  byId("undo").disabled = !edits.undoable();
  byId("copy-open").hidden = !state.may;
  byId("copy-open").disabled = !state.shown.planned;
}

/** Read the shifts around a date; show what `pick` finds among them. */
async function read(date, pick) {
  const told = await ofDays(later(date ?? today(), -AROUND), 2 * AROUND + 1);
  Object.assign(state, { shifts: told.shifts, may: told.may_schedule });
  state.shown = pick(told.shifts) ?? told.shifts[0] ?? null;
  draw();
  if (state.shown) await corrections.read();
}

const running = (shifts) =>
  shifts.find((one) => one.running) ?? shifts.find((one) => !one.past) ?? shifts.at(-1);

const anew = () => next(() => state.shown && read(state.shown.date, same));

async function open(unit) {
  await next(async () => {
    state.unit = await ask("GET", `/api/roster/units/${encodeURIComponent(unit)}`);
    edits.forget();
    sign("");
    const asked = new URLSearchParams(location.search);
    const wanted = { date: asked.get("date"), shift: asked.get("shift") };
    await read(wanted.date, (shifts) => shifts.find((one) => is(one, wanted)) ?? running(shifts));
  });
}

/** Show another shift, and read further where the known ones end. */
function show(shift) {
  if (!shift) return;
  state.shown = shift;
  const there = new URL(location);
  there.searchParams.set("date", shift.date);
  there.searchParams.set("shift", shift.shift);
  history.replaceState(null, "", there);
  draw();
  const [first, last] = [state.shifts[0], state.shifts.at(-1)];
  if (shift.date <= later(first.date, 7) || shift.date >= later(last.date, -7)) anew();
  else next(() => corrections.read());
}

const step = (places) => show(state.shifts[state.shifts.indexOf(state.shown) + places]);

function toDate(date) {
  if (!date) return draw();
  const pick = (shifts) =>
    shifts.find((one) => one.date === date && one.shift === state.shown.shift) ??
    shifts.find((one) => one.date >= date);
  return next(async () => {
    await read(date, pick);
    show(state.shown);
  });
}

const change = (intent) => can() && edits.change(intent, state.shown);

const ACTS = {
  add: ({ id }) => change(added(id)),
  assign: ({ role, id }) => change(assigned(role, id)),
  off: ({ id }) => change(offShift(id)),
  offrole: ({ role, id }) => change(offRole(role, id)),
  up: ({ role, id }) => change(moved(role, id, -1)),
  down: ({ role, id }) => change(moved(role, id, 1)),
  go: (where) => show(find(where)),
};

const isRole = (name) => name === "doctor" || name === "nurse";

/** Whether a dragged person, dropped on another one of a zone, takes the place. */
const takes = ({ person, from }, zone, other) =>
  person !== other && (zone === "staffing" ? from === "people" : from !== zone);

function dropped({ person, from, zone, before, onto }) {
  if (zone === "staffing") {
    if (onto !== null) return change(instead(person, onto));
    return change(isRole(from) ? offRole(from, person) : added(person));
  }
  const put = onto === null ? assigned(zone, person, before) : inPlace(zone, person, onto);
  return change(isRole(from) && from !== zone ? both(offRole(from, person), put) : put);
}

const others = gathered(async () => {
  await anew();
  await days.refresh();
});
const edits = editing({
  address,
  find,
  unit: () => state.unit,
  read: (where) => (find(where) ? read(state.shown.date, same) : read(where.date, (shifts) => shifts.find((one) => is(one, where)))),
  taken: () => {
    draw();
    others(); // what follows from it, such as who stands in two units
  },
  home: () => byId("assign-name").focus(),
});
const corrections = correcting({
  address,
  shown: () => state.shown,
  unit: () => state.unit,
  saved: () => sign(t("correct.saved", { time: clock(new Date()) })),
});
const days = calendar({
  date: () => state.shown.date,
  unit: () => state.unit,
  shifts: async (first, count) => (await ofDays(first, count)).shifts,
  chosen: toDate,
});
copying({
  address,
  shown: () => state.shown,
  unit: () => state.unit,
  made: (copied) =>
    next(async () => {
      edits.copied(copied.change);
      await read(state.shown.date, same);
      sign(t("copied", { time: clock(new Date()) }));
    }),
});
dragging({ dropped, takes, ended: () => waits && draw() });

document.addEventListener("click", (event) => {
  const found = event.target.closest("#selector [data-act], #work [data-act]");
  if (found) ACTS[found.dataset.act]?.(found.dataset);
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, dialog");
  if (typing || !(event.ctrlKey || event.metaKey) || event.key !== "z") return;
  event.preventDefault();
  edits.undo();
});
byId("previous").addEventListener("click", () => step(-1));
byId("next").addEventListener("click", () => step(1));
byId("today").addEventListener("click", () => next(() => read(null, running)).then(() => show(state.shown)));
byId("date").addEventListener("change", (event) => toDate(event.target.value));
byId("shift").addEventListener("change", (event) => show(find({ date: state.shown.date, shift: event.target.value })));
byId("filter").addEventListener("input", draw);
byId("undo").addEventListener("click", edits.undo);

/** Whether something at another unit may concern the shift that is shown: one person in two units. */
const concerns = (told) =>
  state.shown?.elsewhere.length > 0 ||
  told.receivers.some((one) => state.shown?.staffed.some((held) => held.id === one.id));

/** The unit itself changed, or what is known of its receivers' numbers. */
const unitAnew = gathered(() =>
  next(async () => {
    if (!state.unit) return;
    state.unit = await ask("GET", address("").slice(0, -1));
    others();
  }),
);

listen({
  slot: (told) => {
    if (!state.unit) return;
    if (told.unit !== state.unit.id) return concerns(told) && others();
    next(() => {
      if (edits.isMine(told.change)) return;
      others();
      if (state.shown && is(told, state.shown)) sign(t("changed", { who: told.by_name ?? told.by, time: clock(told.at) }));
    });
  },
  correction: (told) => {
    if (state.shown && told.unit === state.unit.id && is(told, state.shown)) next(() => corrections.read());
  },
  outcome: (told) => told.source === "bakjour/test" && unitAnew(),
  roster: unitAnew,
  anew,
});

if (!(await choose(open))) say(byId("nothing"), t("nounits"));
