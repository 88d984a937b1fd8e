// What an import changes, as people read it.
// Rules: text goes in as text; a field that changes shows both values; of long lists only what differs is shown.
import { day, make, t } from "./core.js";
import { inDays } from "./fields.js";

const WHOLE = 6; // names of a list that is shown whole
const NAMES = 8; // of a longer one
const NUMBERS = new Intl.NumberFormat(document.documentElement.lang);

export const number = (count) => NUMBERS.format(count);

/** {add, change, remove} over all tables, for texts. */
export function totals(counts) {
  const sum = (does) => counts.reduce((all, one) => all + one[does], 0);
  return { add: sum("add"), change: sum("change"), remove: sum("remove") };
}

export const inNumbers = (places) => Object.fromEntries(Object.entries(places).map(([key, count]) => [key, number(count)]));

/** How many of each table. */
export function countsTable(counts) {
  const kinds = ["add", "change", "remove"];
  const head = ["table", ...kinds].map((one) => make("th", { scope: "col", textContent: t(`file.${one}`) }));
  const row = (one) =>
    make(
      "tr",
      {},
      make("th", { scope: "row", textContent: t(`file.table.${one.table}`) }),
      ...kinds.map((kind) => make("td", { className: `${kind === "remove" ? "gone" : ""} ${one[kind] ? "some" : ""}`, textContent: number(one[kind]) })),
    );
  return make("table", { className: "counts" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...counts.map(row)));
}

/** The changes, one by one. */
export const changesList = (lines) => make("ul", { className: "changes" }, ...lines.map(item));

function item(line) {
  const colour = { add: "covered", change: "thin", remove: "empty" }[line.does];
  const fields = line.does === "remove" ? line.fields.filter((one) => one.key === "receivers") : line.fields.filter((one) => line.does === "change" || one.key !== "name");
  return make(
    "li",
    {},
    make("span", { className: `state ${colour}`, textContent: t(`file.does.${line.does}`) }),
    make("strong", { textContent: title(line) }),
    ...fields.flatMap((one) => [make("br"), field(one, line.does)]),
  );
}

/** What a change is about. */
export function title({ table, key, name }) {
  const [unit, shift, date, role] = key;
  const places = table === "shift" ? { name, unit } : { name, key: key[0], unit, shift, date: date ? day(date, { weekday: "short", day: "numeric", month: "short", year: "numeric" }) : "", role: role ? t(role) : "" };
  return t(`file.one.${table}`, places);
}

function field({ key, before, after }, does) {
  const label = t(`file.field.${key}`);
  if (does !== "change") return make("span", {}, t("file.is", { field: label, value: word(key, does === "add" ? after : before) }));
  if (Array.isArray(before) && Array.isArray(after) && key !== "weekdays" && before.length + after.length > WHOLE) {
    const [gone, came] = [before.filter((one) => !after.includes(one)), after.filter((one) => !before.includes(one))];
    if (gone.length || came.length) {
      const parts = [gone.length ? make("del", { textContent: `− ${some(gone)}` }) : null, came.length ? make("ins", { textContent: `+ ${some(came)}` }) : null];
      return make("span", {}, `${label}: `, ...parts.filter(Boolean).flatMap((one, place) => (place ? [" ", one] : [one])));
    }
  }
  return make("span", {}, `${label}: `, make("del", { textContent: word(key, before) }), " → ", make("ins", { textContent: word(key, after) }));
}

function some(names) {
  const more = names.length - NAMES;
  return more > 0 ? t("file.and", { names: names.slice(0, NAMES).join(", "), count: number(more) }) : names.join(", ");
}

function word(key, value) {
  if (value === null || value === "" || value.length === 0) return t("file.nothing");
  if (typeof value === "boolean") return t(value ? "reg.yes" : "reg.no");
  if (key === "weekdays") return inDays(value);
  if (Array.isArray(value)) return some(value);
  return key === "kind" || key === "one_way" ? t(`file.word.${value}`) : value;
}
