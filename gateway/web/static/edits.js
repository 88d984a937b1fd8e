// Changing a shift: what is wanted becomes slots, these are sent, and what came of it is shown.
// Rules: one change after the other, each with the versions that were seen; a stale one is never sent again by
// itself. A wish that was refused, or did not get through, stays on the page until somebody decides about it.
import { ask, byId, clock, make, names, Problem, t } from "./core.js";
import { inWords } from "./drawing.js";
import { next, sign } from "./queue.js";
import { askReplacement, replacing } from "./replacement.js";
import { lists, wishes } from "./shiftlists.js";

const IN_PEOPLES_HANDS = ["stale", "reason_needed"]; // codes of refusals about which somebody decides

/**
 * `page`: address(rest) of the unit, unit(), find(where) a shift, read(where) anew from the server, taken() when
 * something was changed, home() where the focus goes after a decision.
 */
export function editing(page) {
  const changes = []; // numbers of our own that can be undone, the last one last
  const mine = new Set();

  /** Change a shift; `intent` makes other lists of its lists. */
  const change = (intent, where) =>
    next(async () => {
      if (!page.find(where)) await page.read(where);
      await send(intent, where);
    });

  async function send(intent, where, reason) {
    const shift = page.find(where);
    const slots = shift ? wishes(shift, intent(lists(shift))) : [];
    if (!slots.length) return;
    sign(t("saving"));
    try {
      done(await ask("PUT", page.address("slots"), reason ? { slots, reason } : { slots }), "saved");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.body.code === "reason_needed") await decide(problem, intent, where);
      else if (problem.body.code === "stale") await stale(problem, where, () => change(intent, where));
      else if (problem.status && problem.status < 500) throw problem;
      else unsent(problem, where, () => change(intent, where));
    }
  }

  /** Nobody would be left in a role of the running shift. */
  async function decide(problem, intent, where) {
    const roles = problem.body.slots.map((one) => one.role);
    const shift = page.find(where);
    const after = intent(lists(shift));
    const leaving = new Set(roles.flatMap((role) => shift[role].receivers.map((one) => one.id)));
    const free = page.unit().receivers.filter((one) => !leaving.has(one.id));
    const on = (one) => after.staffing.includes(one.id);
    const wanted = await askReplacement(roles, free.filter(on), free.filter((one) => !on(one)));
    if (wanted) await send(replacing(intent, wanted.people), where, wanted.reason);
    else sign(t("unsaved"), true);
  }

  async function stale(problem, where, again) {
    await page.read(where);
    const told = problem.body.conflicts.map((one) =>
      t("stale", {
        who: one.by_name ?? one.by ?? t("somebody"),
        role: t(one.role ?? "staffing"),
        time: one.at ? clock(one.at) : "",
        people: names(one.receivers),
      }),
    );
    refused(told, where, t("stale.keep"), again && t("stale.again"), again);
  }

  const unsent = (problem, where, again) =>
    refused([`${t("unsaved")}. ${problem.text}`], where, t("retry.not"), t("retry"), again);

  /** A wish that was not done, with a button to leave it so and one to do it again. */
  function refused(told, where, keep, repeat, again) {
    sign(t("unsaved"), true);
    const shift = page.find(where);
    const texts = told.map((text) => make("p", { textContent: shift ? t("again.where", { shift: inWords(shift), text }) : text }));
    const close = (work) => () => {
      box.remove();
      work?.();
      page.home();
    };
    const buttons = [make("button", { type: "button", textContent: keep, onclick: close() })];
    if (again) buttons.push(make("button", { type: "button", textContent: repeat, onclick: close(again) }));
    const box = make("div", { className: "notice bad" }, ...texts, make("p", { className: "buttons" }, ...buttons));
    byId("conflict").append(box);
  }

  /** Take over what an edit made, and say that it is saved. */
  function done(made, word) {
    if (made.change !== null) {
      mine.add(made.change);
      if (word === "saved") changes.push(made.change);
    }
    for (const slot of made.slots) {
      const shift = page.find(slot);
      if (!shift) continue;
      const { receivers, version } = slot;
      shift[slot.role ?? "staffing"] = { receivers, version, by: made.by, by_name: made.by_name, at: made.at };
      const all = [...shift.staffed, ...shift.staffing.receivers, ...shift.doctor.receivers, ...shift.nurse.receivers];
      const known = new Map(all.map((one) => [one.id, one]));
      shift.staffed = lists(shift).staffing.map((id) => known.get(id));
    }
    sign(t(word, { time: clock(made.at) }));
    page.taken();
  }

  const undo = () =>
    next(async () => {
      const last = changes.at(-1);
      if (last === undefined) return;
      sign(t("saving"));
      await undoOne(last);
    });

  async function undoOne(number, reason) {
    try {
      const made = await ask("POST", page.address(`changes/${number}/undo`), reason ? { reason } : {});
      changes.splice(changes.indexOf(number), 1);
      done(made, "undone");
    } catch (problem) {
      if (!IN_PEOPLES_HANDS.includes(problem.body?.code)) throw problem;
      if (problem.body.code === "reason_needed") {
        const wanted = await askReplacement(problem.body.slots.map((one) => one.role));
        if (wanted) await undoOne(number, wanted.reason);
        else sign(t("unsaved"), true);
      } else {
        changes.splice(changes.indexOf(number), 1); // somebody built on it since
        await stale(problem, problem.body.conflicts[0], null);
      }
    }
  }

  return {
    change,
    undo,
    /** A copy was made: it can be undone as well. */
    copied: (number) => number !== null && (mine.add(number), changes.push(number)),
    /** Another unit is shown. */
    forget: () => {
      changes.length = 0;
      byId("conflict").replaceChildren();
    },
    isMine: (number) => mine.has(number),
    undoable: () => changes.length > 0,
  };
}
