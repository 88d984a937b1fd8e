// A shift that has ended: who really was there, beside what stood.
// Rules: what stands is never touched; a correction has a reason, and the last one about a list counts. What was
// typed stays in the dialog until it is saved or left.
import { ask, byId, clock, make, names, Problem, t } from "./core.js";
import { inWords } from "./drawing.js";
import { ROLES } from "./shiftlists.js";

const LISTS = ["staffing", ...ROLES];

/** `page`: shown() the shift, unit(), address(rest), saved() when a correction was recorded. Gives read(). */
export function correcting(page) {
  let known = []; // corrections of the shift that is shown
  let list = null; // of LISTS, that is being corrected
  let people = []; // as the dialog has them

  /** Show the corrections of the shift that is shown. */
  async function read() {
    const shift = page.shown();
    const where = new URLSearchParams({ shift: shift.shift, date: shift.date });
    const found = shift.past ? await ask("GET", page.address(`corrections?${where}`)) : [];
    if (page.shown() !== shift) return;
    known = found;
    for (const name of LISTS) {
      const lines = found.filter((one) => (one.role ?? "staffing") === name).map(line);
      byId(`${name}-corrections`).replaceChildren(...lines);
    }
  }

  function line(one) {
    const what = make("strong", { textContent: t("corrected", { people: names(one.receivers) }) });
    const why = t("corrected.by", { reason: one.reason, who: one.by_name ?? one.by, time: clock(one.at) });
    return make("li", {}, what, make("span", { textContent: why }));
  }

  function open(name) {
    const shift = page.shown();
    list = name;
    const last = known.filter((one) => (one.role ?? "staffing") === list).at(-1);
    people = [...(last?.receivers ?? (list === "staffing" ? shift.staffed : shift[list].receivers))];
    byId("correct-form").reset();
    byId("correct-name").textContent = t("correct.title", { role: t(list) });
    byId("correct-shift").textContent = inWords(shift);
    byId("correct-fault").hidden = true;
    draw();
    byId("correct").showModal();
  }

  function draw(focus) {
    const button = (sign, act, person, more = {}) =>
      make("button", { type: "button", textContent: sign, aria: { label: t(`correct.${act}`, { name: person.name }) }, data: { act, id: person.id }, ...more });
    const items = people.map((one, at) =>
      make(
        "li",
        { className: "person" },
        make("span", { className: "name", textContent: one.name }),
        make(
          "span",
          { className: "acts" },
          button("↑", "up", one, { disabled: at === 0 }),
          button("↓", "down", one, { disabled: at === people.length - 1 }),
          button("✕", "off", one, { className: "cross" }),
        ),
      ),
    );
    const free = page.unit().receivers.filter((one) => !people.some((held) => held.id === one.id));
    byId("correct-people").replaceChildren(...(items.length ? items : [make("li", { className: "hint", textContent: t("nobody") })]));
    byId("correct-who").replaceChildren(new Option(t("correct.choose"), ""), ...free.map((one) => new Option(one.name, one.id)));
    if (!focus) return;
    const same = [...byId("correct-people").querySelectorAll("button:enabled")].find((one) => one.dataset.id === focus.id && one.dataset.act === focus.act);
    (same ?? byId("correct-who")).focus();
  }

  byId("correct-people").addEventListener("click", (event) => {
    const found = event.target.closest("[data-id]");
    if (!found) return;
    const { id, act } = found.dataset;
    const at = people.findIndex((one) => one.id === id);
    const [one] = people.splice(at, 1);
    if (act !== "off") people.splice(act === "up" ? at - 1 : at + 1, 0, one);
    draw({ id, act });
  });
  byId("correct-add").addEventListener("click", () => {
    const found = page.unit().receivers.find((one) => one.id === byId("correct-who").value);
    if (found) people.push(found);
    draw();
    byId("correct-who").focus();
  });
  byId("correct-form").addEventListener("submit", async (event) => {
    if (event.submitter?.value !== "do") return;
    event.preventDefault();
    const { shift, date } = page.shown();
    const receivers = people.map((one) => one.id);
    const said = { shift, date, role: list === "staffing" ? null : list, receivers, reason: byId("correct-reason").value };
    try {
      await ask("POST", page.address("corrections"), said);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      byId("correct-fault").textContent = problem.text;
      byId("correct-fault").hidden = false;
      return;
    }
    byId("correct").close();
    await read();
    page.saved();
  });
  for (const name of LISTS) byId(`correct-${name}`).addEventListener("click", () => open(name));
  return { read };
}
