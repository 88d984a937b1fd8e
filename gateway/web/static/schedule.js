// The schedule of a unit: choose a shift, staff it, assign its roles.
// Rules: every change is saved at once, one after the other, with the versions that were seen; a stale one is
// never sent again by itself. What another browser does is read anew, after our own changes.
import { ask, byId, clock, later, make, names, Problem, say, t } from "./core.js";
import { choose } from "./choose.js";
import { copying } from "./copy.js";
import { dragging } from "./drag.js";
import { drawSelector, drawShift } from "./drawing.js";
import { gathered, listen } from "./live.js";
import { added, assigned, both, lists, moved, offRole, offShift, wishes } from "./shiftlists.js";

const AROUND = 15; // days that are read before and after the shift that is shown

const state = { unit: null, shifts: [], shown: null, may: false, changes: [], mine: new Set() };
let queue = Promise.resolve();

const address = (rest) => `/api/roster/units/${encodeURIComponent(state.unit.id)}/${rest}`;
const can = () => state.may && !state.shown.past;
const is = (one, other) => one.shift === other.shift && one.date === other.date;
const find = (where) => state.shifts.find((one) => is(one, where));

/** After everything that is under way. */
function next(work) {
  queue = queue.then(work).catch((problem) => {
    if (!(problem instanceof Problem)) return reportError(problem); // the queue goes on
    sign(`${t("unsaved")}. ${problem.text}`, true);
  });
  return queue;
}

function sign(text, bad = false) {
  byId("sign").textContent = text;
  byId("sign").classList.toggle("bad", bad);
}

function draw() {
  const ready = Boolean(state.shown);
  byId("selector").hidden = byId("work").hidden = !ready;
  say(byId("nothing"), ready ? "" : t("noshifts"));
  if (!ready) return;
  drawSelector(state.shifts, state.shown);
  drawShift(state.unit, state.shown, can(), byId("filter").value);
  byId("undo").disabled = !state.changes.length;
  byId("copy-open").hidden = !state.may;
}

/** Read the shifts around a date; show the same one as before, or what `pick` finds. */
async function read(date, pick) {
  const from = date ? `&from=${later(date, -AROUND)}` : `&from=${later(new Date().toISOString().slice(0, 10), -AROUND)}`;
  const told = await ask("GET", address(`shifts?days=${2 * AROUND + 1}${from}`));
  Object.assign(state, { shifts: told.shifts, may: told.may_schedule });
  state.shown = pick(told.shifts) ?? told.shifts[0] ?? null;
  draw();
}

const running = (shifts) =>
  shifts.find((one) => one.running) ?? shifts.find((one) => !one.past) ?? shifts.at(-1);

const anew = () => next(() => state.shown && read(state.shown.date, (shifts) => shifts.find((one) => is(one, state.shown))));

async function open(unit) {
  await next(async () => {
    state.unit = await ask("GET", `/api/roster/units/${encodeURIComponent(unit)}`);
    state.changes = [];
    sign("");
    say(byId("conflict"), "");
    const asked = new URLSearchParams(location.search);
    const wanted = { date: asked.get("date"), shift: asked.get("shift") };
    await read(wanted.date, (shifts) => shifts.find((one) => is(one, wanted)) ?? running(shifts));
  });
}

/** Show another shift, and read further where the known ones end. */
function show(shift) {
  if (!shift) return;
  state.shown = shift;
  say(byId("conflict"), "");
  const there = new URL(location);
  there.searchParams.set("date", shift.date);
  there.searchParams.set("shift", shift.shift);
  history.replaceState(null, "", there);
  draw();
  const [first, last] = [state.shifts[0], state.shifts.at(-1)];
  if (shift.date <= later(first.date, 7) || shift.date >= later(last.date, -7)) {
    next(() => read(state.shown.date, (shifts) => shifts.find((one) => is(one, state.shown))));
  }
}

/** Change the shift that is shown; `intent` makes other lists of its lists. */
function change(intent, where = state.shown) {
  if (!can()) return;
  next(async () => {
    const shift = find(where);
    const slots = shift ? wishes(shift, intent(lists(shift))) : [];
    if (!slots.length) return;
    sign(t("saving"));
    await send(slots, intent, where);
  });
}

async function send(slots, intent, where, reason) {
  try {
    const made = await ask("PUT", address("slots"), reason ? { slots, reason } : { slots });
    done(made, "saved");
  } catch (problem) {
    if (problem.body?.code === "reason_needed") {
      const why = await askWhy();
      if (why) await send(slots, intent, where, why);
      else sign(t("unsaved"), true);
    } else if (problem.body?.code === "stale") {
      await read(where.date, (shifts) => shifts.find((one) => is(one, where)));
      stale(problem.body.conflicts, () => change(intent, where));
    } else throw problem;
  }
}

/** Take over what an edit made, and say that it is saved. */
function done(made, word) {
  if (made.change !== null) {
    state.mine.add(made.change);
    if (word === "saved") state.changes.push(made.change);
  }
  for (const slot of made.slots) {
    const shift = find(slot);
    if (!shift) continue;
    const { receivers, version } = slot;
    shift[slot.role ?? "staffing"] = { receivers, version, by: made.by, by_name: made.by_name, at: made.at };
    const known = new Map([...shift.staffed, ...shift.staffing.receivers, ...shift.doctor.receivers, ...shift.nurse.receivers].map((one) => [one.id, one]));
    shift.staffed = lists(shift).staffing.map((id) => known.get(id));
  }
  say(byId("conflict"), "");
  sign(t(word, { time: clock(made.at) }));
  draw();
}

function askWhy() {
  const dialog = byId("why");
  byId("why-form").reset();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((told) => {
    dialog.addEventListener("close", () => told(dialog.returnValue ? byId("why-reason").value.trim() : ""), { once: true });
  });
}

/** What stands now, who made it and when; nothing of the own wish is lost. */
function stale(conflicts, again) {
  sign(t("unsaved"), true);
  const told = conflicts.map((one) =>
    make("p", {
      textContent: t("stale", {
        who: one.by_name ?? one.by ?? t("somebody"),
        role: t(one.role ?? "staffing"),
        time: one.at ? clock(one.at) : "",
        people: names(one.receivers),
      }),
    }),
  );
  const box = byId("conflict");
  const close = (work) => () => {
    box.hidden = true;
    work?.();
    byId("assign-name").focus();
  };
  const keep = make("button", { type: "button", textContent: t("stale.keep"), onclick: close() });
  const mine = make("button", { type: "button", textContent: t("stale.again"), onclick: close(again) });
  box.replaceChildren(...told, make("p", { className: "buttons" }, keep, mine));
  box.hidden = false;
}

function undo() {
  next(async () => {
    const last = state.changes.at(-1);
    if (last === undefined) return;
    sign(t("saving"));
    try {
      const made = await ask("POST", address(`changes/${last}/undo`), {});
      state.changes.pop();
      done(made, "undone");
    } catch (problem) {
      if (problem.body?.code !== "stale" && problem.body?.code !== "reason_needed") throw problem;
      state.changes.pop();
      await read(state.shown.date, (shifts) => shifts.find((one) => is(one, state.shown)));
      if (problem.body.code === "stale") stale(problem.body.conflicts, null);
      else await undoWithReason(last);
    }
  });
}

async function undoWithReason(last) {
  const reason = await askWhy();
  if (reason) return done(await ask("POST", address(`changes/${last}/undo`), { reason }), "undone");
  state.changes.push(last);
  draw();
  sign(t("unsaved"), true);
}

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

function dropped({ person, from, zone, before }) {
  if (zone === "staffing") return change(isRole(from) ? offRole(from, person) : added(person));
  const put = assigned(zone, person, before);
  return change(isRole(from) && from !== zone ? both(offRole(from, person), put) : put);
}

function step(places) {
  show(state.shifts[state.shifts.indexOf(state.shown) + places]);
}

const toDate = (date) => {
  if (!date) return draw();
  const pick = (shifts) =>
    shifts.find((one) => one.date === date && one.shift === state.shown.shift) ??
    shifts.find((one) => one.date >= date);
  return next(async () => {
    await read(date, pick);
    show(state.shown);
  });
};

document.addEventListener("click", (event) => {
  const found = event.target.closest("[data-act]");
  if (found) ACTS[found.dataset.act](found.dataset);
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, dialog");
  if (typing || !(event.ctrlKey || event.metaKey) || event.key !== "z") return;
  event.preventDefault();
  undo();
});
byId("previous").addEventListener("click", () => step(-1));
byId("next").addEventListener("click", () => step(1));
byId("today").addEventListener("click", () => next(() => read(null, running)).then(() => show(state.shown)));
byId("date").addEventListener("change", (event) => toDate(event.target.value));
byId("calendar-open").addEventListener("click", () => byId("date").showPicker());
byId("shift").addEventListener("change", (event) => show(find({ date: state.shown.date, shift: event.target.value })));
byId("filter").addEventListener("input", draw);
byId("undo").addEventListener("click", undo);
dragging(dropped);
copying({ shown: () => state.shown, address, made: (copied) => next(() => copiedTo(copied)) });

async function copiedTo(copied) {
  if (copied.change !== null) {
    state.mine.add(copied.change);
    state.changes.push(copied.change);
  }
  await read(state.shown.date, (shifts) => shifts.find((one) => is(one, state.shown)));
  sign(t("copied", { time: clock(new Date()) }));
}

const others = gathered(anew);
listen({
  slot: (told) => {
    if (told.unit !== state.unit?.id) return;
    next(() => {
      if (state.mine.has(told.change)) return;
      others();
      if (state.shown && is(told, state.shown)) sign(t("changed", { who: told.by_name ?? told.by, time: clock(told.at) }));
    });
  },
  roster: () => next(async () => {
    if (!state.unit) return;
    state.unit = await ask("GET", address("").slice(0, -1));
    others();
  }),
  anew,
});
if (!(await choose(open))) say(byId("nothing"), t("nounits"));
