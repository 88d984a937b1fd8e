// A row of the record in words. Rules: pure but for elements; what has no words of ours is shown as it stands.
import { day, language, make, t } from "./core.js";

const zone = document.body.dataset.timezone;
const locale = language === "sv" ? "sv-SE" : "en-GB";
const full = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: "medium", timeStyle: "medium" });
const HIDDEN = new Set(["number_kind", "backup_kind", "hash"]); // they follow from others
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const PREFIX = "js.record.did.";

/** Every action that has words. */
export const known = Object.keys(JSON.parse(document.body.dataset.words))
  .filter((key) => key.startsWith(PREFIX))
  .map((key) => key.slice(PREFIX.length));

/** The text of a key, or another one where we have none. */
function words(key, otherwise) {
  const said = t(key);
  return said === key ? otherwise : said;
}

export const when = (instant) => full.format(new Date(instant));
export const did = (action) => words(`record.did.${action}`, action);
export const SEVERAL = "several"; // in place of an action, of a change that holds more than one
export const isSlot = (row) => row.action.startsWith("slot.");

/** Who did it: a person by name, or what the gateway calls itself. */
export function by(row) {
  if (row.who_name) return t("record.by", { name: row.who_name, username: row.who });
  if (row.who === "import") return t("import");
  if (row.who.startsWith("key:")) return t("record.by.key", { name: row.who.slice(4) });
  return words(`record.by.${row.who}`, row.who);
}

/** The unit's name, of a row. */
export const unitOf = (row) => (row.unit === null ? null : (row.unit_names[row.unit] ?? row.unit));

/** A slot, without its unit. */
export function slot(content) {
  const date = day(content.date, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  return `${t(content.role ?? "staffing")} · ${content.shift} ${date}`;
}

/** What the change was about, in short. */
export function about(row) {
  const held = row.after ?? row.before ?? {};
  if (isSlot(row)) return "";
  const named = held.name ?? row.receiver_names[held.receiver] ?? row.unit_names[held.unit];
  const id = row.subject.split(" ").slice(1).join(" ");
  if (row.action.startsWith("calendar.")) return named ?? "";
  return named && id && named !== id ? `${named} (${id})` : id;
}

function value(row, key, held) {
  if (Array.isArray(held)) return list(row, key, held);
  if (typeof held === "boolean" || held === null || held === undefined) return t(`record.value.${held ?? null}`);
  if (key === "unit") return row.unit_names[held] ?? held;
  if (key === "receiver") return row.receiver_names[held] ?? held;
  if (typeof held === "object") return JSON.stringify(held);
  return ["kind", "scope", "one_way"].includes(key) ? words(`record.value.${held}`, held) : String(held);
}

function list(row, key, held) {
  if (key === "weekdays") {
    return held.length === DAYS.length ? t("reg.days.all") : held.map((one) => t(`reg.day.${one}`)).join(", ");
  }
  if (!held.length) return t("record.value.null");
  const known = key === "units" ? row.unit_names : row.receiver_names;
  return held.map((one) => known[one] ?? one).join(", ");
}

const people = (row, content) => (content?.receivers.length ? list(row, "receivers", content.receivers) : t("nobody"));

/** What stood and what became of it: lines of {what, before, after}; null: nothing to show on that side. */
export function lines(row) {
  if (isSlot(row) && row.before?.receivers && row.after?.receivers) {
    return [{ what: slot(row.after), before: people(row, row.before), after: people(row, row.after) }];
  }
  if (row.action.startsWith("calendar.") || row.action === "account.password") return []; // the title says it all
  if (row.action === "roster.import") return counts(row.after ?? {});
  const [before, after] = [row.before ?? {}, row.after ?? {}];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !HIDDEN.has(key));
  const whole = row.before === null || row.after === null;
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .filter((key) => !whole || !empty(before[key] ?? after[key]))
    .map((key) => ({
      what: words(`record.field.${key}`, key),
      before: row.before === null ? null : value(row, key, before[key]),
      after: row.after === null ? null : value(row, key, after[key]),
    }));
}

const empty = (held) => held === null || held === undefined || held === false || (Array.isArray(held) && !held.length);

function counts(after) {
  const tables = new Map();
  for (const [key, count] of Object.entries(after)) {
    const [table, action] = key.split(" ");
    if (action) tables.set(table, [...(tables.get(table) ?? []), t(`record.counted.${action}`, { count })]);
  }
  return [...tables].map(([table, told]) => ({
    what: words(`record.table.${table}`, table),
    before: null,
    after: told.join(", "),
  }));
}

/** The lines of a row among those of other things: what it is about stands in each; a whole entry is one line. */
export function linesAmong(row, several) {
  if (isSlot(row)) return lines(row).map((line) => (several ? { ...line, what: `${unitOf(row)}: ${line.what}` } : line));
  const head = [did(row.action), about(row)].filter(Boolean).join(": ");
  const told = lines(row);
  if (row.before !== null && row.after !== null) return told.map((line) => ({ ...line, what: `${head}, ${line.what}` }));
  const whole = told.map((line) => `${line.what} ${line.after ?? line.before}`).join("; ");
  return [{ what: head, before: row.after === null ? whole : null, after: row.after === null ? null : whole }];
}

const nobody = (text) => (text === t("nobody") || text === t("record.value.null") ? "nobody" : "");

/** A line as an element. */
export function drawn({ what, before, after }) {
  const shown = [
    before === null ? null : make("del", { textContent: before, className: nobody(before) }),
    before === null || after === null ? null : " → ",
    after === null ? null : make("ins", { textContent: after, className: nobody(after) }),
  ];
  return make("li", {}, make("span", { className: "what", textContent: what }), make("span", {}, ...shown));
}
