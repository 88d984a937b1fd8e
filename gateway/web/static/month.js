// The calendar of the shift selector: a month whose days say how well they are covered; one chooses a day.
// Rules: a grid as the ARIA patterns have it: one day is in the tab order, arrow keys go between days, Page Up and
// Page Down between months. What the days are like comes from the server when a month is shown, and again when
// something changes.
import { byId, day, later, make, Problem, t } from "./core.js";
import { monday, month, monthLater, row, today } from "./dates.js";
import { look, SIGNS, state } from "./marks.js";

const DAYS = 42; // six weeks hold every month
const WORST = ["empty", "thin", "over", "covered"];
const KEYS = {
  ArrowLeft: (date) => later(date, -1),
  ArrowRight: (date) => later(date, 1),
  ArrowUp: (date) => later(date, -7),
  ArrowDown: (date) => later(date, 7),
  Home: monday,
  End: (date) => later(monday(date), 6),
  PageUp: (date) => monthLater(date, -1),
  PageDown: (date) => monthLater(date, 1),
};

/** `page`: date() that is shown, unit(), shifts(first, days) from the server, chosen(date). Gives refresh(). */
export function calendar(page) {
  const dialog = byId("calendar");
  let held = null; // the day that has the focus
  let shifts = []; // of the days that are drawn

  async function show(date, focus = true) {
    const anew = !held || month(held) !== month(date);
    held = date;
    if (anew) shifts = [];
    draw(focus);
    if (anew) await refresh();
  }

  async function refresh() {
    if (!dialog.open) return;
    const asked = month(held);
    try {
      const found = await page.shifts(monday(asked), DAYS);
      if (month(held) !== asked) return;
      shifts = found;
      draw(dialog.querySelector("table").contains(document.activeElement));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // without its shifts the calendar still leads to every day
    }
  }

  function draw(focus) {
    const first = month(held);
    byId("calendar-month").textContent = day(first, { month: "long", year: "numeric" });
    const weeks = [0, 1, 2, 3, 4, 5].map((at) => row(later(monday(first), at * 7), 7));
    const shown = weeks.filter((days) => days.some((date) => month(date) === first));
    byId("calendar-days").replaceChildren(...shown.map((days) => make("tr", {}, ...days.map((date) => cell(date, first)))));
    if (focus) byId("calendar-days").querySelector("[tabindex='0']").focus();
  }

  function cell(date, first) {
    const ofDay = shifts.filter((one) => one.date === date);
    const states = ofDay.map((one) => {
      const { name, text } = state(one, shifts, page.unit());
      return { shift: one.shift, name: look(one, name), text };
    });
    const worst = WORST.find((name) => states.some((one) => one.name === name));
    const open = states.filter((one) => one.name !== "covered");
    const words = !worst ? t("calendar.none") : open.map((one) => `${one.shift} ${one.text}`).join("; ") || t("state.covered");
    const made = make(
      "button",
      {
        type: "button",
        tabIndex: date === held ? 0 : -1,
        className: [worst ? `is-${worst}` : "is-free", month(date) === first ? "" : "beside"].join(" ").trim(),
        title: shifts.length ? words : "",
        aria: { label: shifts.length ? `${day(date)}: ${words}` : day(date) },
        data: { day: date },
      },
      make("span", { textContent: Number(date.slice(8)), aria: { hidden: "true" } }),
      make("span", { className: "sign-of", textContent: SIGNS[worst] ?? "", aria: { hidden: "true" } }),
    );
    if (date === today()) made.setAttribute("aria-current", "date");
    const one = make("td", {}, made);
    one.setAttribute("role", "gridcell");
    one.setAttribute("aria-selected", String(date === page.date()));
    return one;
  }

  const choose = (date) => {
    dialog.close();
    page.chosen(date);
  };
  heads();
  byId("calendar-open").addEventListener("click", () => {
    held = null;
    dialog.showModal();
    show(page.date());
  });
  byId("calendar-back").addEventListener("click", () => show(monthLater(held, -1), false));
  byId("calendar-on").addEventListener("click", () => show(monthLater(held, 1), false));
  byId("calendar-close").addEventListener("click", () => dialog.close());
  byId("calendar-days").addEventListener("click", (event) => {
    const found = event.target.closest("[data-day]");
    if (found) choose(found.dataset.day);
  });
  byId("calendar-days").addEventListener("keydown", (event) => {
    const move = KEYS[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    show(move(held));
  });
  return { refresh };
}

/** The days of the week over the columns. */
function heads() {
  const days = row(monday(today()), 7);
  byId("calendar-heads").replaceChildren(
    ...days.map((date) =>
      make("th", { scope: "col", textContent: day(date, { weekday: "short" }), abbr: day(date, { weekday: "long" }) }),
    ),
  );
}
