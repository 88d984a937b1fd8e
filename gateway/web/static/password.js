// One's own password.
// Rules: the rules are told before and judged here first; a wrong current password counts as a failed log-in, so
// nothing is sent that cannot be taken.
import { ask, byId, clock, Problem, say, t } from "./core.js";
import { judged, revealing } from "./formfields.js";

const form = byId("password");
const fields = ["old", "new", "again"].map(byId);
const username = byId("username").value;

/** Show a fault at its field, "" none. */
function fault(field, text) {
  say(byId(`${field.id}-fault`), text);
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function found() {
  const [old, wanted, again] = fields.map((one) => one.value);
  return [
    old ? "" : t("reg.required"),
    judged(wanted, username) || (wanted === old ? t("password.unchanged") : ""),
    wanted === again ? "" : t("password.other"),
  ];
}

function tell(faults) {
  fields.forEach((field, place) => fault(field, faults[place]));
  fields[faults.findIndex(Boolean)]?.focus();
}

function refused(problem) {
  if (problem.status === 429) return say(byId("fault"), t("password.wait", { seconds: problem.body.wait }));
  const paths = (problem.body.errors ?? []).map((one) => one.path);
  if (paths.includes("old")) return tell([t("password.wrong"), "", ""]);
  if (paths.includes("password")) return tell(["", t("password.rules"), ""]);
  return say(byId("fault"), problem.text);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const id of ["fault", "done"]) say(byId(id), "");
  const faults = found();
  tell(faults);
  if (faults.some(Boolean)) return;
  byId("save").disabled = true;
  try {
    await ask("PUT", "/api/session/password", { old: fields[0].value, new: fields[1].value });
    form.reset();
    say(byId("done"), t("password.changed", { time: clock(new Date()) }));
    byId("done").focus();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    refused(problem);
  } finally {
    byId("save").disabled = false;
  }
});

for (const field of fields) {
  field.after(revealing(field, field.labels[0].textContent).button);
  field.addEventListener("input", () => fault(field, ""));
}
fields[0].focus();
