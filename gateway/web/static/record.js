// The record of changes: filtered, the newest first, with what can be undone, and for IT its export.
// Rules: rows of one change are shown as one; what is loaded stays while newer ones come in. The server says what
// can be undone and judges it again when it is asked for.
import { ask, byId, clock, make, names, Problem, say, t } from "./core.js";
import { choose } from "./choose.js";
import { gathered, listen } from "./live.js";
import { verifying } from "./recordverify.js";
import { about, by, did, drawn, isSlot, known, lines, linesAmong, SEVERAL, slot, unitOf, when } from "./recordwords.js";

const IT = document.body.dataset.kind === "it";
const MOST = 100; // rows of one look
const SHOWN = 8; // lines of a change that are shown at once
const FILTERS = ["unit", "who", "action", "subject", "since", "until"];
const TABLES = IT // whose actions the filter offers
  ? ["slot", "roster", "area", "unit", "receiver", "shift", "administrator", "account", "key", "calendar", "audit"]
  : ["slot", "unit", "shift", "calendar"];

const state = { unit: null, may: new Set(), rows: new Map(), next: null, asked: 0, opened: new Set() };
const form = byId("filters");

function wanted() {
  const given = FILTERS.map((name) => [name, form.elements[name]?.value.trim()]).filter(([, held]) => held);
  return new URLSearchParams(given);
}

function address(more = {}) {
  const asked = wanted();
  for (const [name, held] of Object.entries(more)) asked.set(name, held);
  return IT ? `/api/audit?${asked}` : `/api/roster/units/${encodeURIComponent(state.unit)}/changes?${asked}`;
}

/** Read the newest rows; those behind them that are loaded stay, unless a gap came between. */
async function newest(afresh) {
  if (!IT && state.unit === null) return;
  const asked = ++state.asked;
  const told = await ask("GET", address({ limit: MOST }));
  if (asked !== state.asked) return;
  const last = Math.max(0, ...state.rows.keys());
  const joined = !afresh && state.rows.size && (told.rows.at(-1)?.seq ?? 0) <= last;
  if (!joined) Object.assign(state, { rows: new Map(), next: told.next });
  take(told.rows);
}

async function older() {
  const asked = ++state.asked;
  const told = await ask("GET", address({ limit: MOST, before: state.next }));
  if (asked !== state.asked) return;
  const shown = byId("rows").children.length;
  state.next = told.next;
  take(told.rows);
  const changes = byId("rows").children;
  (changes[shown] ?? changes[shown - 1])?.querySelector("h3").focus();
}

function take(rows) {
  for (const row of rows) state.rows.set(row.seq, row);
  draw();
}

function draw() {
  const rows = [...state.rows.values()].sort((a, b) => b.seq - a.seq);
  const changes = [...Map.groupBy(rows, (row) => row.change).values()].map((held) => held.toReversed());
  const focused = document.activeElement?.dataset?.key;
  byId("rows").replaceChildren(...changes.map(ofChange));
  if (focused) byId("rows").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  byId("more").hidden = state.next === null;
  const count = changes.length;
  const none = wanted().size ? "record.nothing" : "record.none";
  byId("count").textContent = count ? t(state.next === null ? "record.count" : "record.count.more", { count }) : t(none);
}

function ofChange(rows) {
  const [first] = rows;
  const corrects = first.action === "slot.correct";
  const one = rows.every((row) => row.action === first.action);
  const units = new Set(rows.map(unitOf));
  const alone = rows.length === 1 || (one && isSlot(first));
  const told = rows.flatMap((row) => (alone && units.size === 1 ? lines(row) : linesAmong(row, units.size > 1)));
  const unit = units.size === 1 ? unitOf(first) : null;
  const title = [did(one ? first.action : SEVERAL), rows.length === 1 ? about(first) : ""].filter(Boolean).join(": ");
  const elements = told.map(drawn);
  return make(
    "li",
    { className: corrects ? "change corrects" : "change" },
    make(
      "div",
      { className: "change-head" },
      make("h3", { textContent: title, tabIndex: -1, data: { key: `change:${first.change}` } }),
      corrects ? make("span", { className: "state thin", textContent: t("record.corrects") }) : null,
      make("time", { dateTime: first.at, textContent: when(first.at) }),
    ),
    make("p", { className: "change-by", textContent: [by(first), unit].filter(Boolean).join(" · ") }),
    corrects ? make("p", { className: "hint", textContent: t("record.corrects.text") }) : null,
    make("ul", { className: "record-lines" }, ...elements.slice(0, SHOWN)),
    elements.length > SHOWN ? rest(first.change, elements.slice(SHOWN)) : null,
    first.why ? make("p", { className: "change-why", textContent: t("record.why", { why: first.why }) }) : null,
    acts(rows, title),
  );
}

function folded(key, title, ...children) {
  const box = make("details", { open: state.opened.has(key) }, make("summary", { textContent: title, data: { key } }), ...children);
  box.addEventListener("toggle", () => (box.open ? state.opened.add(key) : state.opened.delete(key)));
  return box;
}

const rest = (change, elements) =>
  folded(`rest:${change}`, t("record.rest", { count: elements.length }), make("ul", { className: "record-lines" }, ...elements));

function acts(rows, title) {
  const [first] = rows;
  const may = first.undoable && (IT || state.may.has(first.unit));
  const undo = make("button", {
    type: "button",
    textContent: t("record.undo"),
    aria: { label: t("record.undo.what", { what: title, time: when(first.at) }) },
    data: { key: `undo:${first.change}` },
    onclick: () => undoing(rows),
  });
  return make("div", { className: "change-acts" }, may ? undo : null, folded(`seal:${first.change}`, t("record.details"), ...rows.map(seal)));
}

function seal(row) {
  const only = make("button", {
    type: "button",
    textContent: t("record.about"),
    aria: { label: t("record.about.what", { subject: row.subject }) },
    onclick: () => {
      form.elements.subject.value = row.subject;
      apply();
      byId("changes-name").focus();
    },
  });
  return make("p", { className: "seal" }, `${row.subject}. ${t("record.seal", { seq: row.seq, hash: row.hash })}`, only);
}

function sign(text, bad = false) {
  byId("sign").textContent = text;
  byId("sign").classList.toggle("bad", bad);
}

/** Ask first, show what it will be again, and take a reason; the server may want one. */
function undoing(rows) {
  const [{ change, unit }] = rows;
  const dialog = byId("undoing");
  const back = rows.flatMap(lines).map(({ what, before, after }) => ({ what, before: after, after: before }));
  byId("undoing-lines").replaceChildren(...back.map(drawn));
  byId("undoing-form").reset();
  say(byId("undoing-fault"), "");
  byId("undoing-form").onsubmit = async (event) => {
    if (event.submitter?.value !== "do") return;
    event.preventDefault();
    const reason = byId("undoing-reason").value.trim();
    try {
      const made = await ask("POST", `/api/roster/units/${encodeURIComponent(unit)}/changes/${change}/undo`, reason ? { reason } : {});
      dialog.close();
      sign(t("record.undone", { time: clock(made.at) }));
      await newest(false);
      byId("changes-name").focus();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      say(byId("undoing-fault"), refused(problem));
      if (problem.body.code === "reason_needed") byId("undoing-reason").focus();
      again();
    }
  };
  dialog.showModal();
}

function refused(problem) {
  if (problem.body.code === "reason_needed") return t("record.undo.why");
  if (problem.body.code !== "stale") return problem.text;
  const told = problem.body.conflicts.map((one) =>
    t("record.undo.stale", {
      who: one.by_name ?? one.by ?? t("somebody"),
      slot: slot(one),
      time: one.at ? clock(one.at) : "",
      people: names(one.receivers),
    }),
  );
  return told.join(" ");
}

/** Show what the filters ask for; they stay in the address, so that it can be sent to somebody. */
async function apply() {
  const there = new URL(location);
  for (const name of FILTERS.filter((one) => one !== "unit" || IT)) there.searchParams.delete(name);
  for (const [name, held] of wanted()) there.searchParams.set(name, held);
  history.replaceState(null, "", there);
  for (const format of IT ? ["csv", "jsonl"] : []) {
    byId(`as-${format}`).href = `/api/audit/export?${new URLSearchParams([["format", format], ...wanted()])}`;
  }
  sign("");
  try {
    await newest(true);
    say(byId("fault"), "");
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(byId("fault"), problem.text);
  }
}

/** Units whose id or name holds what was typed, from the server. */
const suggest = gathered(async () => {
  const search = form.elements.unit.value.trim();
  const told = await ask("GET", `/api/register/entries?${new URLSearchParams({ table: "unit", search, limit: 20 })}`);
  byId("known-units").replaceChildren(
    ...told.entries.map(({ entry }) => make("option", { value: entry.id, textContent: entry.name })),
  );
}, 250);

byId("f-action").append(
  ...known.filter((action) => TABLES.includes(action.split(".")[0])).map((action) => new Option(did(action), action)),
);
for (const [name, held] of new URLSearchParams(location.search)) {
  if (FILTERS.includes(name) && form.elements[name]) form.elements[name].value = held;
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  apply();
});
form.addEventListener("reset", () => setTimeout(apply));
byId("f-action").addEventListener("change", apply);
byId("more").addEventListener("click", gathered(older, 0));
// On a phone the filter would push the changes out of sight.
byId("filter-box").open = wanted().size > 0 || matchMedia("(min-width: 40rem)").matches;
const again = gathered(() => newest(false));
listen({ slot: again, roster: again, anew: again });
if (IT) {
  form.elements.unit.addEventListener("input", suggest);
  verifying();
  await apply();
} else {
  state.may = new Set((await ask("GET", "/api/session")).units);
  await choose((unit) => {
    state.unit = unit;
    apply();
  });
}
