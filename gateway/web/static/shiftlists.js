// What a shift holds, as three lists of ids, and which slots must be set to make it hold others.
// Rules: pure. Whoever holds a role is on the shift; taken off a role one stays on the shift.

export const ROLES = ["doctor", "nurse"];
const ids = (slot) => slot.receivers.map((one) => one.id);
const without = (list, id) => list.filter((one) => one !== id);
const same = (some, others) => some.length === others.length && some.every((one, at) => one === others[at]);
const union = (...lists) => [...new Set(lists.flat())];

/** The lists of a shift. */
export function lists(shift) {
  return {
    staffing: union(ids(shift.staffing), ids(shift.doctor), ids(shift.nurse)),
    doctor: ids(shift.doctor),
    nurse: ids(shift.nurse),
  };
}

/** A person on the shift. */
export const added = (id) => (held) => ({ ...held, staffing: union(held.staffing, [id]) });

/** A person off the shift and off its roles. */
export const offShift = (id) => (held) =>
  Object.fromEntries(Object.entries(held).map(([name, list]) => [name, without(list, id)]));

/** A person off one role. */
export const offRole = (role, id) => (held) => ({ ...held, [role]: without(held[role], id) });

/** A person in a role before another one, or last. */
export const assigned = (role, id, before = null) => (held) => {
  const list = without(held[role], id);
  const at = before === null || before === id ? -1 : list.indexOf(before);
  list.splice(at < 0 ? list.length : at, 0, id);
  return { ...held, [role]: list, staffing: union(held.staffing, [id]) };
};

/** A person in the place of another one in a role; the other one stays on the shift. */
export const inPlace = (role, id, other) => (held) => {
  if (!held[role].includes(other)) return assigned(role, id)(held);
  const list = without(held[role], id).map((one) => (one === other ? id : one));
  return { ...held, [role]: list, staffing: union(held.staffing, [id]) };
};

/** A person in every place of another one, who leaves the shift. */
export const instead = (id, other) => (held) =>
  Object.fromEntries(
    Object.entries(held).map(([name, list]) => [name, union(list.map((one) => (one === other ? id : one)))]),
  );

/** A person so many places further down in a role. */
export const moved = (role, id, places) => (held) => {
  const at = held[role].indexOf(id);
  const to = at + places;
  if (at < 0 || to < 0 || to >= held[role].length) return held;
  const list = without(held[role], id);
  list.splice(to, 0, id);
  return { ...held, [role]: list };
};

/** One after the other. */
export const both = (one, other) => (held) => other(one(held));

/** The slots to set so that the shift holds what is wanted. */
export function wishes(shift, wanted) {
  const wish = (role, receivers) => ({
    shift: shift.shift,
    date: shift.date,
    role,
    receivers,
    version: (role === null ? shift.staffing : shift[role]).version,
  });
  const made = ROLES.filter((role) => !same(ids(shift[role]), wanted[role])).map((role) => wish(role, wanted[role]));
  const shown = union(ids(shift.staffing), wanted.doctor, wanted.nurse);
  const on = new Set(wanted.staffing);
  if (shown.length !== on.size || shown.some((one) => !on.has(one))) made.push(wish(null, wanted.staffing));
  return made;
}
