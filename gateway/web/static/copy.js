// Copying a shift to other dates: what would change is shown before it is done.
// Rules: only what the preview showed is replaced; what changed since is refused by the server and shown anew.
// Dates on which the shift does not begin, and those that are over, cannot be chosen.
import { ask, byId, day, later, make, names, Problem, t } from "./core.js";
import { begins, monday, row, today } from "./dates.js";
import { inWords } from "./drawing.js";
import { askReplacement } from "./replacement.js";

const WEEKS = 5; // that are offered at a time
const DATES_MOST = 130; // of one copy, as the server has it

let shown = null; // the preview that stands
let asked = 0; // counts the questions, so that a late answer to an old one is dropped
let offered = null; // the first date that is not offered yet

/** `page`: shown() gives the shift, unit() its unit, address(rest) an address of that, made(copied) hears of a copy. */
export function copying(page) {
  const form = byId("copy-form");
  const chosen = () => [...form.querySelectorAll("[name=date]:checked")].map((one) => one.value);
  const body = () => {
    const { shift, date } = page.shown();
    return { shift, date, dates: chosen(), what: form.elements.what.value };
  };
  const preview = async () => {
    const number = ++asked;
    const wanted = body();
    shown = null;
    if (!wanted.dates.length) return draw(null);
    try {
      const told = await ask("POST", page.address("copy"), { ...wanted, preview: true });
      if (number === asked) draw((shown = told));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (number === asked) fault(problem.text);
    }
  };
  const copy = async (reason) => {
    const seen = shown.targets.map(({ date, role, version }) => ({ date, role, version }));
    byId("copy-do").disabled = true;
    try {
      const copied = await ask("POST", page.address("copy"), { ...body(), seen, ...(reason ? { reason } : {}) });
      byId("copy").close();
      page.made(copied);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.body.code === "stale") return preview();
      if (problem.body.code !== "reason_needed") return fault(problem.text);
      byId("copy-do").disabled = false;
      const wanted = await askReplacement(problem.body.slots.map((one) => one.role));
      if (wanted) await copy(wanted.reason);
    }
  };
  byId("copy-open").addEventListener("click", () => {
    const shift = page.shown();
    form.reset();
    byId("copy-from").textContent = t("copy.from", { shift: inWords(shift) });
    byId("copy-dates").replaceChildren();
    offered = monday(shift.date > today() ? shift.date : today());
    offer(shift, page.unit());
    byId("copy").showModal();
    preview();
  });
  byId("copy-more").addEventListener("click", () => {
    const first = offered;
    offer(page.shown(), page.unit());
    [...form.querySelectorAll("[name=date]:enabled")].find((one) => one.value >= first)?.focus();
  });
  form.addEventListener("change", preview);
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value !== "do") return;
    event.preventDefault();
    if (shown) await copy();
  });
}

/** The dates of some weeks more. */
function offer(shift, unit) {
  const pattern = unit.patterns.find((one) => one.name === shift.shift);
  const may = (date) => pattern && date >= today() && date !== shift.date && begins(pattern, date);
  const dates = row(offered, WEEKS * 7);
  offered = later(offered, WEEKS * 7);
  byId("copy-more").hidden = byId("copy-dates").childElementCount + dates.length + WEEKS * 7 > DATES_MOST;
  byId("copy-dates").append(
    ...dates.map((date) =>
      make(
        "label",
        { className: "choice" },
        make("input", { type: "checkbox", name: "date", value: date, disabled: !may(date) }),
        make(
          "span",
          {},
          make("span", { className: "weekday", textContent: `${day(date, { weekday: "short" })} ` }),
          make("span", { textContent: day(date, { day: "numeric", month: "numeric" }) }),
        ),
      ),
    ),
  );
}

function fault(text) {
  byId("copy-preview").replaceChildren(make("p", { className: "notice bad", textContent: text }));
  byId("copy-do").disabled = true;
}

function draw(told) {
  byId("copy-do").disabled = !told || told.faults.length > 0 || told.targets.every((one) => one.does === "same");
  if (!told) return byId("copy-preview").replaceChildren(make("p", { className: "hint", textContent: t("copy.choose") }));
  const date = (one) => day(one.date, { weekday: "short", day: "numeric", month: "short" });
  const role = (one) => t(one.role ?? "staffing");
  const lines = told.targets.filter((one) => one.does !== "same").map((one) =>
    make("li", {
      className: one.does,
      textContent: t(`copy.${one.does}`, { date: date(one), role: role(one), people: names(one.wanted), stands: names(one.stands) }),
    }),
  );
  const faults = told.faults.map((one) => {
    const place = told.targets[/^slots\[(\d+)\]/.exec(one.path)?.[1]];
    const text = place ? t("copy.fault", { date: date(place), role: role(place), why: one.message }) : one.message;
    return make("p", { className: "notice bad", textContent: text });
  });
  const none = lines.length || faults.length ? [] : [make("p", { className: "hint", textContent: t("copy.same") })];
  byId("copy-preview").replaceChildren(...faults, ...none, make("ul", {}, ...lines));
}
