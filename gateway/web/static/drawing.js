// Draws the shift that is shown: selector, week, lists. Rules: reads, never asks; keeps the focus where it was.
import { byId, clock, day, language, make, say, t } from "./core.js";
import { monday, row } from "./dates.js";
import { look, mark, marks, SIGNS, state } from "./marks.js";
import { lists, ROLES } from "./shiftlists.js";

const hours = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });

const button = (text, label, act, data, more = {}) =>
  make("button", { type: "button", textContent: text, aria: { label }, data: { ...data, key: `${act}:${Object.values(data).join(":")}`, act }, ...more });

const cross = (label, act, data) => button("✕", label, act, data, { className: "cross", title: label });

/** One person of a list. `can`: whether something may be changed. */
function person({ id, name, from, can, found = [] }, ...buttons) {
  const handle = can
    ? make("span", { className: "handle", textContent: "⠿", title: t("drag", { name }), aria: { hidden: "true" } })
    : null;
  const said = found.map((one) => make("span", { className: one.thin ? "mark thin" : "mark", textContent: one.text }));
  return make(
    "li",
    { draggable: can, className: "person", data: { person: id, from } },
    handle,
    make("span", { className: "whom" }, make("span", { className: "name", textContent: name }), ...said),
    can ? make("span", { className: "acts" }, ...buttons) : null,
  );
}

const hint = (text) => make("li", { className: "hint", textContent: text });

function fill(list, items, nothing) {
  list.replaceChildren(...(items.length ? items : [hint(nothing)]));
}

/** Put the focus back on the same button, or on a near one, after a list was drawn anew. */
function keepingFocus(draw) {
  const held = document.activeElement;
  const key = held?.dataset?.key;
  const near = held?.closest?.("section")?.querySelector("h2");
  draw();
  if (!key) return;
  const again = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && !one.disabled);
  (again ?? near)?.focus();
}

/** All of the shift. `can`: whether it may be changed; `may`: whether its unit may be scheduled. */
export function drawShift(unit, shift, { can, may, filter }) {
  keepingFocus(() => {
    const held = lists(shift);
    const named = new Map([...unit.receivers, ...shift.staffed].map((one) => [one.id, one.name]));
    const found = (id) => (shift.past ? [] : marks(id, unit, shift));
    drawPeople(unit, held, can, filter);
    fill(
      byId("staffed"),
      held.staffing.map((id) => staffed({ id, name: named.get(id), from: "staffing", can, found: found(id) }, held)),
      can ? t("drop") : t("nobody"),
    );
    for (const role of ROLES) drawRole(role, shift[role], can, found);
    byId("work").classList.toggle("fixed", !can);
    say(byId("past"), shift.past ? t(may ? "past" : "past.read") : shift.planned ? "" : t("unplanned"));
    say(byId("note"), shift.note?.[language] ?? "");
    for (const one of document.querySelectorAll("[data-act=correct]")) one.hidden = !(shift.past && may);
  });
}

function drawPeople(unit, held, can, filter) {
  const free = unit.receivers.filter((one) => !held.staffing.includes(one.id));
  const wanted = filter.trim().toLocaleLowerCase();
  const found = free.filter((one) => one.name.toLocaleLowerCase().includes(wanted));
  const items = found.map((one) => {
    const { id, name } = one;
    return person({ id, name, from: "people", can, found: mark(one) }, button(t("add"), t("add.who", { name }), "add", { id }));
  });
  const nothing = !unit.receivers.length ? "noone.registered" : free.length ? "nobody.found" : "nobody.left";
  fill(byId("people"), items, t(nothing));
}

function staffed(one, held) {
  const { id, name } = one;
  const roles = ROLES.filter((role) => !held[role].includes(id)).map((role) =>
    button(`→ ${t(role)}`, t("assign.who", { name, role: t(role) }), "assign", { role, id }),
  );
  return person(one, ...roles, cross(t("off.shift", { name }), "off", { id }));
}

function drawRole(role, slot, can, found) {
  const last = slot.receivers.length - 1;
  const items = slot.receivers.map(({ id, name }, at) =>
    person(
      { id, name, from: role, can, found: found(id) },
      button("↑", t("up", { name }), "up", { role, id }, { disabled: at === 0 }),
      button("↓", t("down", { name }), "down", { role, id }, { disabled: at === last }),
      cross(t("off.role", { name, role: t(role) }), "offrole", { role, id }),
    ),
  );
  fill(byId(role), items, can ? t("drop") : t("nobody"));
  const who = slot.by === "import" ? t("import") : (slot.by_name ?? slot.by);
  byId(`${role}-made`).textContent = slot.at ? t("made", { who, time: clock(slot.at) }) : "";
}

/** A shift in words. */
export function inWords(shift) {
  return `${day(shift.date)} · ${shift.shift} ${shift.from}–${shift.to}`;
}

/** The selector and the week around the shift. */
export function drawSelector(unit, shifts, shift) {
  const when = shift.running ? ` (${t("running")})` : shift.past ? ` (${t("shift.past")})` : "";
  const words = `${inWords(shift)} · ${t("hours", { hours: hours.format(shift.hours) })}${when}`;
  byId("shift-now").textContent = words.charAt(0).toLocaleUpperCase() + words.slice(1);
  byId("date").value = shift.date;
  const ofDay = shifts.filter((one) => one.date === shift.date);
  byId("shift").replaceChildren(...ofDay.map((one) => new Option(`${one.shift} ${one.from}–${one.to}`, one.shift)));
  byId("shift").value = shift.shift;
  const days = row(monday(shift.date), 7);
  keepingFocus(() => byId("week").replaceChildren(...days.map((date) => ofWeek(date, unit, shifts, shift))));
}

function ofWeek(date, unit, shifts, shown) {
  const buttons = shifts.filter((one) => one.date === date).map((one) => {
    const { name, text } = state(one, shifts, unit);
    const made = make("button", {
      type: "button",
      className: `is-${look(one, name)}`,
      textContent: `${one.shift} ${SIGNS[name]}`,
      title: text,
      aria: { label: `${inWords(one)}: ${text}` },
      data: { act: "go", date, shift: one.shift, key: `go:${date}:${one.shift}` },
    });
    if (one === shown) made.setAttribute("aria-current", "true");
    return made;
  });
  const heading = make("span", { className: "weekday", textContent: day(date, { weekday: "short", day: "numeric", month: "numeric" }) });
  return make("li", {}, heading, ...buttons);
}
