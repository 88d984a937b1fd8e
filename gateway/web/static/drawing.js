// Draws the shift that is shown: selector, week, lists. Rules: reads, never asks; keeps the focus where it was.
import { byId, clock, day, later, make, say, t, weekday } from "./core.js";
import { lists, ROLES } from "./shiftlists.js";

const button = (text, label, act, data, more = {}) =>
  make("button", { type: "button", textContent: text, aria: { label }, data: { ...data, key: `${act}:${Object.values(data).join(":")}`, act }, ...more });

function person(id, name, from, can, ...buttons) {
  const handle = can
    ? make("span", { className: "handle", textContent: "⠿", title: t("drag", { name }), aria: { hidden: "true" } })
    : null;
  return make(
    "li",
    { draggable: can, className: "person", data: { person: id, from } },
    handle,
    make("span", { className: "name", textContent: name }),
    make("span", { className: "acts" }, ...(can ? buttons : [])),
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

/** All of the shift. `can`: whether it may be changed. */
export function drawShift(unit, shift, can, filter) {
  keepingFocus(() => {
    const held = lists(shift);
    const named = new Map([...unit.receivers, ...shift.staffed].map((one) => [one.id, one.name]));
    drawPeople(unit, held, can, filter);
    fill(byId("staffed"), held.staffing.map((id) => staffed(id, named.get(id), held, can)), can ? t("drop") : t("nobody"));
    for (const role of ROLES) drawRole(role, shift[role], can);
    say(byId("note"), shift.past ? t("past") : (shift.note?.[document.documentElement.lang] ?? ""));
  });
}

function drawPeople(unit, held, can, filter) {
  const free = unit.receivers.filter((one) => !held.staffing.includes(one.id));
  const wanted = filter.trim().toLocaleLowerCase();
  const found = free.filter((one) => one.name.toLocaleLowerCase().includes(wanted));
  const items = found.map(({ id, name }) =>
    person(id, name, "people", can, button(t("add"), t("add.who", { name }), "add", { id })),
  );
  const nothing = !unit.receivers.length ? "noone.registered" : free.length ? "nobody.found" : "nobody.left";
  fill(byId("people"), items, t(nothing));
}

function staffed(id, name, held, can) {
  const roles = ROLES.filter((role) => !held[role].includes(id)).map((role) =>
    button(`→ ${t(role)}`, t("assign.who", { name, role: t(role) }), "assign", { role, id }),
  );
  const cross = button("✕", t("off.shift", { name }), "off", { id }, { className: "cross" });
  return person(id, name, "staffing", can, ...roles, cross);
}

function drawRole(role, slot, can) {
  const last = slot.receivers.length - 1;
  const items = slot.receivers.map(({ id, name }, at) =>
    person(
      id,
      name,
      role,
      can,
      button("↑", t("up", { name }), "up", { role, id }, { disabled: at === 0 }),
      button("↓", t("down", { name }), "down", { role, id }, { disabled: at === last }),
      button("✕", t("off.role", { name, role: t(role) }), "offrole", { role, id }, { className: "cross" }),
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
export function drawSelector(shifts, shift) {
  const state = shift.running ? ` (${t("running")})` : shift.past ? ` (${t("shift.past")})` : "";
  const words = inWords(shift);
  byId("shift-now").textContent = words.charAt(0).toLocaleUpperCase() + words.slice(1) + state;
  byId("date").value = shift.date;
  const ofDay = shifts.filter((one) => one.date === shift.date);
  byId("shift").replaceChildren(...ofDay.map((one) => new Option(`${one.shift} ${one.from}–${one.to}`, one.shift)));
  byId("shift").value = shift.shift;
  const monday = later(shift.date, -weekday(shift.date));
  const days = Array.from({ length: 7 }, (_, at) => later(monday, at));
  keepingFocus(() => byId("week").replaceChildren(...days.map((date) => ofWeek(date, shifts, shift))));
}

function ofWeek(date, shifts, shown) {
  const buttons = shifts.filter((one) => one.date === date).map((one) => {
    const lacks = ROLES.filter((role) => !one[role].receivers.length).map(t);
    const state = lacks.length ? t("lacks", { roles: lacks.join(", ").toLocaleLowerCase() }) : t("full");
    const made = make("button", {
      type: "button",
      className: lacks.length ? "lacking" : "full",
      textContent: `${one.shift} ${lacks.length ? "!" : "✓"}`,
      title: state,
      aria: { label: `${inWords(one)}: ${state}` },
      data: { act: "go", date, shift: one.shift, key: `go:${date}:${one.shift}` },
    });
    if (one === shown) made.setAttribute("aria-current", "true");
    return made;
  });
  const heading = make("span", { className: "weekday", textContent: day(date, { weekday: "short", day: "numeric", month: "numeric" }) });
  return make("li", {}, heading, ...buttons);
}
