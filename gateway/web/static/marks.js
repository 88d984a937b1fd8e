// How well a shift is covered, and who may not be reached, as the coverage page counts it.
// Rules: pure. A mark is { text, thin }; whoever has a thin one makes the shift thin. Empty is a role of a planned
// shift for which somebody is missing, unless other shifts cover all of its time.
import { t } from "./core.js";
import { ROLES } from "./shiftlists.js";

const NUMBERS = { failed: true, unproved: false, pending: false }; // whether that makes a shift thin

function ofNumber(receiver) {
  if (!receiver.served) return { text: t("number.unserved"), thin: true };
  const { proof } = receiver;
  return proof in NUMBERS ? { text: t(`number.${proof}`), thin: NUMBERS[proof] } : null;
}

/** The marks of somebody on a shift; `unit` knows its receivers. */
export function marks(id, unit, shift) {
  const receiver = unit.receivers.find((one) => one.id === id);
  const units = shift.elsewhere.find((one) => one.receiver === id)?.units;
  return [
    receiver ? ofNumber(receiver) : { text: t("number.untied"), thin: false },
    units ? { text: t("elsewhere", { units: units.join(", ") }), thin: true } : null,
  ].filter(Boolean);
}

/** The mark of somebody's number alone. */
export const mark = (receiver) => [ofNumber(receiver)].filter(Boolean);

/** Whether other shifts cover all of a shift's time for a role. */
function covered(shift, role, shifts) {
  let at = shift.start;
  for (const one of shifts) {
    if (one[role].receivers.length && one.start <= at && one.end > at) at = one.end;
  }
  return at >= shift.end;
}

function ofRole(shift, role, shifts, unit) {
  const people = shift[role].receivers;
  if (!people.length) return shift.planned && !covered(shift, role, shifts) ? "empty" : "covered";
  const thin = !shift.past && people.some(({ id }) => marks(id, unit, shift).some((one) => one.thin));
  return thin ? "thin" : "covered";
}

/** { name: empty, thin or covered, the worst of its roles; text: in words }. `shifts` are those around it. */
export function state(shift, shifts, unit) {
  const found = ROLES.map((role) => [role, ofRole(shift, role, shifts, unit)]);
  const name = ["empty", "thin"].find((one) => found.some(([, state]) => state === one)) ?? "covered";
  const concerned = found.filter(([, state]) => state === name).map(([role]) => t(role).toLocaleLowerCase());
  const roles = concerned.join(", ");
  return { name, text: t(`state.${name}`, { roles }) };
}

/** How a state looks: a hole that is over is none to be mended. */
export const look = (shift, name) => (shift.past && name === "empty" ? "over" : name);

/** The sign of a state, for who sees no colours. */
export const SIGNS = { empty: "○", over: "○", thin: "!", covered: "✓" };
