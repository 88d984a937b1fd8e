// Asks what shall be when nobody would be left in a role of the running shift: a replacement, or why not.
// Rules: nothing is done here; closing the dialog any other way than by its button means nothing shall be done.
import { byId, make, t } from "./core.js";
import { assigned, both } from "./shiftlists.js";

const EMPTY = "";

/** The same change with a replacement for each role that got one. */
export const replacing = (intent, people) =>
  Object.entries(people).reduce((made, [role, id]) => both(made, assigned(role, id)), intent);

/**
 * Gives { reason, people: { role: id } }, or null. `roles` would be empty; `staffed` and `others` are whom one may
 * choose from, none if only a reason will do.
 */
export function askReplacement(roles, staffed = [], others = []) {
  const dialog = byId("why");
  const form = byId("why-form");
  const words = roles.map((role) => t(role).toLocaleLowerCase()).join(", ");
  const choice = staffed.length + others.length > 0;
  form.reset();
  byId("why-text").textContent = t(choice ? "why.text" : "why.text.reason", { roles: words });
  const fields = choice ? roles.map((role) => field(role, staffed, others)) : [];
  byId("why-roles").replaceChildren(...fields);
  const chosen = () => [...form.querySelectorAll("select")].filter((one) => one.value !== EMPTY);
  const draw = () => {
    const complete = choice && chosen().length === roles.length;
    byId("why-empty").hidden = complete;
    byId("why-reason").required = !complete;
    byId("why-do").textContent = t(complete ? "why.replace" : "why.do");
  };
  form.onchange = draw;
  draw();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((told) => {
    const done = () => {
      const people = Object.fromEntries(chosen().map((one) => [one.dataset.role, one.value]));
      told(dialog.returnValue ? { reason: byId("why-reason").value.trim() || undefined, people } : null);
    };
    dialog.addEventListener("close", done, { once: true });
  });
}

function field(role, staffed, others) {
  const group = (label, people) =>
    people.length ? make("optgroup", { label }, ...people.map((one) => new Option(one.name, one.id))) : null;
  const select = make(
    "select",
    { id: `why-${role}`, data: { role } },
    new Option(t("why.none"), EMPTY),
    group(t("why.staffed"), staffed),
    group(t("why.others"), others),
  );
  const label = make("label", { htmlFor: select.id, textContent: t("why.replacement", { role: t(role).toLocaleLowerCase() }) });
  return make("p", {}, label, select);
}
