// The form of an entry of the register: an accessible dialog that adds or changes it.
// Rules: an entry is saved whole, with the version that was read; what has no field stays as it was. A stale one
// is refused: then the fields that were not touched take over what stands now, those that were keep what was
// typed, and who changed it when is said. Nothing that was typed goes without being asked for twice.
import { ask, make, Problem, t } from "./core.js";
import { makeField } from "./fields.js";
import { unitsNamed } from "./registernames.js";
import { byWhom, same, takeOver } from "./registerstale.js";

export { asId, inDays } from "./fields.js";
export { heed, pagedList } from "./registerlist.js";
export { find, nameOf, standing } from "./registernames.js";
export { removal } from "./registerremoval.js";

const ENTRIES = "/api/register/entries";
const NAMED = { administrator: "username", shift: "name" }; // the field of a table's key; else `id`

/**
 * Opens the form. `entry` and `version`: what stands, as it was read; version null: a new one, `entry` fills the form.
 * Optional: `intro`, a text or node above the fields; `changed({values, note(key, text), form})` after every input;
 * `warn(planned, values)` gives a text (or its promise) that is agreed to before it is saved, or null; `saved(result, values)`.
 * Gives {dialog, form}.
 */
export function entryDialog(options) {
  return new EntryForm(options).open();
}

class EntryForm {
  constructor({ table, title, fields, entry, version, saved, intro, changed, warn }) {
    Object.assign(this, { table, saved, warn, changed, entry: entry ?? {}, version: version ?? null, agreed: null });
    const isNew = this.version === null;
    this.specs = fields;
    this.fields = fields.map((field) => makeField(field, this.entry[field.key], isNew));
    this.base = this.values();
    this.touched = new Set();
    const id = `entry-${table}`;
    this.notice = make("div", { className: "notice bad", role: "alert", hidden: true, tabIndex: -1 });
    this.sign = make("span", { className: "hint", role: "status" });
    this.save = make("button", { type: "submit", className: "main", textContent: t("reg.save") });
    this.leave = make("button", { type: "button", textContent: t("reg.cancel"), onclick: () => this.cancel() });
    this.form = make(
      "form",
      { noValidate: true, className: "entry" },
      make("h2", { id, textContent: title }),
      intro ? (typeof intro === "string" ? make("p", { className: "hint", textContent: intro }) : intro) : null,
      this.notice,
      ...this.fields.map((field) => field.element),
      (this.bar = make("div", { className: "buttons" }, this.save, this.leave, this.sign)),
    );
    this.dialog = make("dialog", { className: "register" }, this.form);
    this.dialog.setAttribute("aria-labelledby", id);
  }

  open() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.form.addEventListener("input", (event) => this.typed(event));
    this.form.addEventListener("keydown", (event) => {
      if (!(event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.cancel();
    });
    this.dialog.addEventListener("close", () => this.dialog.remove());
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.field(this.version === null ? this.firstEmpty() : this.firstFree())?.focus();
    this.hear();
    return this;
  }

  field = (key) => this.fields.find((one) => one.key === key);
  values = () => Object.fromEntries(this.fields.map((one) => [one.key, one.value()]));
  firstEmpty = () => this.specs.find((one) => this.base[one.key] === null && !one.suggest)?.key ?? this.specs[0].key;
  firstFree = () => (this.specs.find((one) => !one.fixed) ?? this.specs[0]).key;
  dirty = () => !same(this.values(), this.base);

  typed(event) {
    const typedIn = this.fields.find((one) => one.element.contains(event.target));
    if (typedIn) this.touched.add(typedIn.key);
    if (this.version === null) {
      const values = this.values();
      for (const spec of this.specs) {
        if (spec.suggest && !this.touched.has(spec.key)) this.field(spec.key).set(spec.suggest(values));
      }
    }
    typedIn?.fault([]);
    this.agreed = null;
    this.leaving = false;
    this.hear();
  }

  hear() {
    this.changed?.({ values: this.values(), note: (key, text) => this.field(key)?.note(text), form: this.form });
  }

  cancel() {
    if (this.busy) return;
    if (!this.dirty() || this.leaving) return this.dialog.close();
    this.leaving = true;
    const go = make("button", { type: "button", textContent: t("reg.discard"), onclick: () => this.dialog.close() });
    const stay = make("button", { type: "button", textContent: t("reg.stay"), onclick: () => this.unsay() });
    this.tell([t("reg.dirty")], [stay, go]);
  }

  /** Say something at the top of the form, with what can be done about it; the focus goes there. */
  tell(texts, buttons = [], bad = true) {
    const lines = texts.map((text) => make("p", { textContent: text }));
    this.notice.replaceChildren(...lines, ...(buttons.length ? [make("p", { className: "buttons" }, ...buttons)] : []));
    this.notice.classList.toggle("bad", bad);
    this.notice.hidden = false;
    this.bar.hidden = buttons.length > 0; // what is asked here is answered first
    (buttons[0] ?? this.notice).focus();
    this.notice.scrollIntoView({ block: "nearest" });
  }

  unsay() {
    this.leaving = false;
    this.notice.hidden = true;
    this.bar.hidden = false;
    this.fields.find((one) => this.touched.has(one.key))?.focus();
  }

  /** Faults that are known without asking; false if there are some. */
  sound() {
    const values = this.values();
    const found = [];
    for (const spec of this.specs) {
      const value = values[spec.key];
      const empty = value === null || (Array.isArray(value) && !value.length);
      if (spec.required && empty) found.push({ path: spec.key, message: t("reg.required") });
      else if (spec.type === "time" && !empty && value.startsWith("24")) found.push({ path: spec.key, message: t("reg.fault.time.24") });
      else if (spec.type === "time" && !empty && !/^([01]\d|2[0-3]):[0-5]\d$/.test(value)) found.push({ path: spec.key, message: t("reg.fault.time") });
    }
    this.faults(found);
    return !found.length;
  }

  faults(found) {
    const of = ({ path }) => path.split(/[.[]/)[0];
    for (const one of this.fields) {
      one.fault(found.filter((fault) => of(fault) === one.key).map(({ path, message }) => ({ message, at: /\[(\d+)\]/.exec(path)?.[1] })));
    }
    const others = found.filter((fault) => !this.field(of(fault))).map(({ path, message }) => `${path} ${message}`.trim());
    this.notice.hidden = true;
    if (others.length) this.tell(others);
    else this.fields.find((one) => found.some((fault) => of(fault) === one.key))?.focus();
  }

  async submit() {
    if (this.busy || !this.sound()) return;
    const values = this.values();
    const body = { table: this.table, entry: { ...this.entry, ...values }, version: this.version };
    this.wait(true);
    try {
      if (this.warn && this.agreed === null) {
        const text = await this.warn(await ask("POST", ENTRIES, { ...body, preview: true }), values);
        if (text) return this.agree(text);
      }
      const result = await ask("POST", ENTRIES, body);
      this.wait(false);
      this.dialog.close();
      this.saved?.(result, body.entry);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.refused(problem);
    } finally {
      this.wait(false);
    }
  }

  wait(busy) {
    this.busy = busy;
    this.save.disabled = busy;
    this.sign.textContent = busy ? t("saving") : "";
  }

  /** Something follows from the change that one should know first. */
  agree(text) {
    const yes = make("button", { type: "button", className: "main", textContent: t("reg.agree") });
    yes.onclick = () => {
      this.agreed = text;
      this.unsay();
      this.submit();
    };
    const no = make("button", { type: "button", textContent: t("reg.back"), onclick: () => this.unsay() });
    this.tell([text], [yes, no], false);
  }

  refused(problem) {
    this.agreed = null;
    const { code, errors } = problem.body;
    if (code === "stale") return this.stale(problem.body);
    if (code === "exists") return this.faults([{ path: NAMED[this.table] ?? "id", message: t("reg.exists") }]);
    if (problem.status === 422 && errors?.length) {
      return this.faults(errors.map(({ path, message }) => ({ path, message: unitsNamed(message) })));
    }
    return this.tell([problem.text]);
  }

  /** Somebody else changed it, or removed it; what was typed here is still here. */
  stale(told) {
    const stands = told.entry;
    const apart = stands ? takeOver(this.fields, this.base, stands) : [];
    if (stands) this.entry = stands;
    this.version = told.version ?? null;
    const keep = make("button", { type: "button", textContent: t("stale.keep"), onclick: () => this.dialog.close() });
    const again = make("button", { type: "button", textContent: t("stale.again") });
    again.onclick = () => {
      this.unsay();
      this.submit();
    };
    this.tell([t(stands ? "reg.stale" : "reg.stale.gone", byWhom(told)), ...apart], [keep, again]);
  }
}
