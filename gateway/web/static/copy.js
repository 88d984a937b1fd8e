// Copying a shift to other dates: what would change is shown before it is done.
// Rules: only what the preview showed is replaced; what changed since is refused by the server and shown anew.
import { ask, byId, day, later, make, names, Problem, t, weekday } from "./core.js";
import { inWords } from "./drawing.js";

const WEEKS = 5; // that are offered, from the Monday of the shift on

let shown = null; // the preview that stands
let asked = 0; // counts the questions, so that a late answer to an old one is dropped

/** `page`: shown() gives the shift, address(rest) an address of its unit, made(copied) hears of a copy. */
export function copying(page) {
  const form = byId("copy-form");
  const body = () => {
    const shift = page.shown();
    const dates = [...form.querySelectorAll("[name=date]:checked")].map((one) => one.value);
    return { shift: shift.shift, date: shift.date, dates, what: form.elements.what.value };
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
  byId("copy-open").addEventListener("click", () => {
    offer(page.shown());
    byId("copy").showModal();
    preview();
  });
  form.addEventListener("change", preview);
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value !== "do") return;
    event.preventDefault();
    const seen = shown.targets.map(({ date, role, version }) => ({ date, role, version }));
    byId("copy-do").disabled = true;
    try {
      const copied = await ask("POST", page.address("copy"), { ...body(), seen });
      byId("copy").close();
      page.made(copied);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.body.code === "stale") await preview();
      else fault(problem.text);
    }
  });
}

function offer(shift) {
  byId("copy-form").reset();
  byId("copy-from").textContent = t("copy.from", { shift: inWords(shift) });
  const monday = later(shift.date, -weekday(shift.date));
  const dates = Array.from({ length: WEEKS * 7 }, (_, at) => later(monday, at));
  byId("copy-dates").replaceChildren(
    ...dates.map((date) =>
      make(
        "label",
        { className: "choice" },
        make("input", { type: "checkbox", name: "date", value: date, disabled: date <= shift.date }),
        ` ${day(date, { weekday: "short", day: "numeric", month: "numeric" })}`,
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
  const lines = told.targets.filter((one) => one.does !== "same").map((one) =>
    make("li", {
      className: one.does,
      textContent: t(`copy.${one.does}`, {
        date: day(one.date, { weekday: "short", day: "numeric", month: "short" }),
        role: t(one.role ?? "staffing"),
        people: names(one.wanted),
        stands: names(one.stands),
      }),
    }),
  );
  const faults = told.faults.map((one) => make("p", { className: "notice bad", textContent: `${one.path}: ${one.message}` }));
  const none = lines.length || faults.length ? [] : [make("p", { className: "hint", textContent: t("copy.same") })];
  byId("copy-preview").replaceChildren(...faults, ...none, make("ul", {}, ...lines));
}
