// Dialogs of accounts and keys: a form of a few fields, and a question before something is done.
// Rules: what was typed goes only when it is saved or thrown away on purpose; a fault stands at its field; when a
// dialog closes, the focus goes to where `back()` says, because the list behind it may have been drawn anew.
import { make, Problem, t } from "./core.js";

let counted = 0;

function opened(title, children, back) {
  const id = `dialog-${++counted}`;
  const dialog = make("dialog", { className: "register" }, make("h2", { id, textContent: title }), ...children);
  dialog.setAttribute("aria-labelledby", id);
  dialog.addEventListener("close", () => {
    dialog.remove();
    back?.()?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** What a refused request says, for somebody who has not read the API. */
function place(fields, faults, tell) {
  const others = [];
  let first = null;
  for (const { path, message } of faults) {
    const field = fields.find((one) => one.key === path);
    if (!field) others.push(`${path} ${message}`.trim());
    else {
      field.fault(message);
      first ??= field;
    }
  }
  tell(others.join(" "));
  first?.focus();
}

/** Raised by `save` or `does` when what stands is another thing by now; the next press does it all the same. */
export class Stale extends Error {}

/**
 * A form. `fields` as formfields.js makes them, `save(values)` does it and raises Problem; `faults(problem)` gives
 * [{path, message}] in words of the page, or null; `back()` where the focus goes to.
 */
export function formDialog({ title, intro, fields, button, save, faults = () => null, back }) {
  const notice = make("div", { className: "notice bad", role: "alert", tabIndex: -1, hidden: true });
  const go = make("button", { type: "submit", className: "main", textContent: button });
  const leave = make("button", { type: "button", textContent: t("reg.cancel") });
  const form = make(
    "form",
    { noValidate: true, className: "entry" },
    intro ? make("p", { className: "hint", textContent: intro }) : null,
    notice,
    ...fields.map((one) => one.element),
    make("p", { className: "buttons" }, go, leave),
  );
  const dialog = opened(title, [form], back);
  const values = () => Object.fromEntries(fields.map((one) => [one.key, one.value()]));
  const blank = JSON.stringify(values());
  const tell = (text, ...buttons) => {
    notice.replaceChildren(make("p", { textContent: text }), ...(buttons.length ? [make("p", { className: "buttons" }, ...buttons)] : []));
    notice.hidden = !text;
    if (text) (buttons[0] ?? notice).focus();
  };
  const close = () => {
    if (JSON.stringify(values()) === blank || !notice.hidden) return dialog.close();
    const stay = make("button", { type: "button", textContent: t("reg.stay"), onclick: () => (tell(""), fields[0].focus()) });
    tell(t("reg.dirty"), stay, make("button", { type: "button", textContent: t("reg.discard"), onclick: () => dialog.close() }));
  };
  leave.addEventListener("click", close);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  form.addEventListener("input", (event) => fields.find((one) => one.element.contains(event.target))?.fault(""));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    for (const one of fields) one.fault("");
    const found = fields.map((one) => ({ path: one.key, message: one.judge() })).filter((one) => one.message);
    if (found.length) return place(fields, found, tell);
    tell("");
    go.disabled = true;
    try {
      await save(values());
      dialog.close();
    } catch (problem) {
      if (problem instanceof Stale) {
        go.textContent = t("stale.again");
        return tell(problem.message);
      }
      if (!(problem instanceof Problem)) throw problem;
      const told = faults(problem) ?? problem.body.errors;
      if (told?.length) place(fields, told, tell);
      else tell(problem.text);
    } finally {
      go.disabled = false;
    }
  });
  fields[0].focus();
  return dialog;
}

/** Asks before `does()`; the way out has the focus. `bad` paints what cannot be taken back. */
export function question({ title, text, more = [], button, bad = true, does, back }) {
  const notice = make("p", { className: "notice bad", role: "alert", hidden: true });
  const go = make("button", { type: "button", className: bad ? "danger" : "main", textContent: button });
  const leave = make("button", { type: "button", textContent: t("reg.cancel") });
  const dialog = opened(title, [make("p", { textContent: text }), ...more, notice, make("p", { className: "buttons" }, go, leave)], back);
  leave.addEventListener("click", () => dialog.close());
  go.addEventListener("click", async () => {
    go.disabled = true;
    try {
      await does();
      dialog.close();
    } catch (problem) {
      if (problem instanceof Stale) go.textContent = t("stale.again");
      else if (!(problem instanceof Problem)) throw problem;
      notice.textContent = problem instanceof Stale ? problem.message : problem.text;
      notice.hidden = false;
    } finally {
      go.disabled = false;
    }
  });
  leave.focus();
  return dialog;
}
