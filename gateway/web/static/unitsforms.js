// The forms of areas, units and shift patterns.
// Rules: an id cannot be changed once it is there, and is made from the name until somebody writes one; what
// follows from other times of a pattern is said, and agreed to, before it is saved.
import { t } from "./core.js";
import { asId, entryDialog } from "./register.js";

const NAME_MOST = 100; // characters, as the roster allows
const ID_MOST = 64;
const DAY = 24 * 60; // minutes

const named = () => [
  { key: "name", label: t("units.name"), type: "text", required: true, max: NAME_MOST },
  { key: "id", label: t("units.id"), type: "text", required: true, fixed: true, id: true, max: ID_MOST, hint: t("units.id.hint"), suggest: ({ name }) => asId(name ?? "") },
];

const fallback = (hint) => ({ key: "fallback", label: t("units.fallback"), type: "receivers", ordered: true, hint });

/** Add (without `version`) or change an area. */
export function areaForm({ entry, version = null, saved }) {
  const title = version === null ? t("units.area.new") : t("reg.change.who", { name: entry.name });
  const fields = [...named(), fallback(t("units.fallback.area"))];
  return entryDialog({ table: "area", title, fields, entry, version, saved });
}

/** Add or change a unit. */
export function unitForm({ entry, version = null, saved }) {
  const title = version === null ? t("units.unit.new") : t("reg.change.who", { name: entry.name });
  const ways = ["escalate", "close"].map((value) => ({ value, label: t(`units.oneway.${value}`) }));
  const fields = [
    ...named(),
    { key: "area", label: t("units.area"), type: "areas", single: true, required: true },
    { key: "aliases", label: t("units.aliases"), type: "lines", hint: t("units.aliases.hint") },
    fallback(t("units.fallback.unit")),
    { key: "one_way", label: t("units.oneway"), type: "select", options: ways, value: "escalate", required: true, hint: t("units.oneway.hint") },
  ];
  return entryDialog({ table: "unit", title, fields, entry, version, saved });
}

/** Add or change a shift pattern; `entry.unit` is its unit. */
export function shiftForm({ entry, version = null, saved }) {
  const title = version === null ? t("units.shift.new") : t("reg.change.who", { name: entry.name });
  const fields = [
    { key: "name", label: t("units.shift.name"), type: "text", required: true, fixed: true, max: NAME_MOST, hint: t("units.shift.name.hint") },
    { key: "from", label: t("units.shift.from"), type: "time", required: true, hint: t("units.shift.from.hint") },
    { key: "to", label: t("units.shift.to"), type: "time", required: true, hint: t("units.shift.to.hint") },
    { key: "weekdays", label: t("units.shift.days"), type: "weekdays", required: true, hint: t("units.shift.days.hint") },
    { key: "valid_from", label: t("units.shift.first"), type: "date", hint: t("units.shift.first.hint") },
    { key: "valid_to", label: t("units.shift.last"), type: "date", hint: t("units.shift.last.hint") },
  ];
  const changed = ({ values, note }) => note("to", howLong(values.from, values.to));
  const warn = ({ counts }) => {
    const moved = counts.filter(({ table }) => table !== "shift").reduce((sum, one) => sum + one.change, 0);
    return moved ? t("units.shift.moves", { count: moved }) : null;
  };
  const intro = version === null ? undefined : t("units.shift.intro");
  return entryDialog({ table: "shift", title, fields, entry, version, saved, changed, warn, intro });
}

const minutes = (time) => {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time ?? "");
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
};

/** How long a shift lasts by its wall times, and whether it ends on the next day. */
export function howLong(from, to) {
  const [start, end] = [minutes(from), minutes(to)];
  if (start === null || end === null) return "";
  const lasts = end > start ? end - start : end - start + DAY;
  const time = [t("units.hours", { count: Math.floor(lasts / 60) }), lasts % 60 ? t("units.minutes", { count: lasts % 60 }) : ""];
  const long = time.filter(Boolean).join(" ");
  if (start === end) return t("units.shift.round", { long });
  return t(end > start ? "units.shift.same" : "units.shift.over", { long });
}
