// Dates as the roster counts them. Rules: a date is YYYY-MM-DD, a week begins on Monday; today is the gateway's.
import { later, weekday } from "./core.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const written = new Intl.DateTimeFormat("sv-SE", { timeZone: document.body.dataset.timezone });

/** Today, where the gateway is. */
export const today = () => written.format(new Date());

/** The Monday of a date's week. */
export const monday = (date) => later(date, -weekday(date));

/** So many dates in a row. */
export const row = (first, count) => Array.from({ length: count }, (_, at) => later(first, at));

/** Whether a shift pattern begins on a date. */
export const begins = (pattern, date) =>
  pattern.weekdays.includes(DAYS[weekday(date)]) &&
  (!pattern.valid_from || pattern.valid_from <= date) &&
  (!pattern.valid_to || date <= pattern.valid_to);

/** The first of a date's month, or of one so many months later. */
export function month(date, later = 0) {
  const first = new Date(`${date.slice(0, 7)}-01T00:00:00Z`);
  first.setUTCMonth(first.getUTCMonth() + later);
  return first.toISOString().slice(0, 10);
}

/** A date so many months later, on the last day of a shorter month. */
export function monthLater(date, months) {
  const last = Number(later(month(date, months + 1), -1).slice(8));
  return `${month(date, months).slice(0, 8)}${String(Math.min(Number(date.slice(8)), last)).padStart(2, "0")}`;
}
