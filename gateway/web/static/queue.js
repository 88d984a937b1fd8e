// One thing after the other, and the sign that says what became of it.
// Rules: what is under way is finished before the next begins; a refusal is told and the queue goes on.
import { byId, Problem, t } from "./core.js";

let last = Promise.resolve();

/** After everything that is under way. */
export function next(work) {
  last = last.then(work).catch((problem) => {
    if (!(problem instanceof Problem)) return reportError(problem); // the queue goes on
    sign(`${t("unsaved")}. ${problem.text}`, true);
  });
  return last;
}

/** What is said beside the buttons, and read out. */
export function sign(text, bad = false) {
  byId("sign").textContent = text;
  byId("sign").classList.toggle("bad", bad);
}
