// The fields of a form of the register: one object per field, whatever its control is.
// Rules: value() is as the roster file has it (null: nothing is said); a fault stands at its field and is read
// out with it; what was typed is never changed but where a field says so (times, on leaving them).
import { make, t } from "./core.js";
import { picklist } from "./picklist.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const QUICK = { all: DAYS, workdays: DAYS.slice(0, 5), weekend: DAYS.slice(5) };
const INPUT = { text: "text", number: "number", tel: "tel", email: "email", date: "date", time: "text" };
const ID_MOST = 64; // characters; the roster allows no more
const OTHER = { æ: "a", ø: "o", ß: "ss", đ: "d", ł: "l" };

const NOTHING = { check: () => false, lines: () => [], receivers: () => [], units: () => [], weekdays: () => DAYS };

let counted = 0;

/** An id made from a name: Närsjukvård Gävle → narsjukvard-gavle. */
export function asId(name) {
  const plain = name.toLowerCase().replace(/[æøßđł]/g, (one) => OTHER[one]).normalize("NFD");
  return plain.replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, "-").slice(0, ID_MOST).replace(/^-+|-+$/g, "");
}

/** 7, 7.30, 0730 and 07:30 as hh:mm; anything else as it was written. */
export function asTime(text) {
  const found = /^(\d{1,2})(?:[:. ]?(\d{2}))?$/.exec(text.trim());
  return found ? `${found[1].padStart(2, "0")}:${found[2] ?? "00"}` : text.trim();
}

/** Several things that are wrong, as one text at their field. */
function told(faults) {
  return faults.map(({ message, at }) => (at === undefined ? message : t("reg.at", { place: Number(at) + 1, message }))).join(" ");
}

/**
 * A field made from {key, label, type, hint?, required?, fixed?, suggest?, …}; `isNew`: its entry is not there yet.
 * Gives {key, label, element, value(), set(value), written(value): as the field would write what an entry holds,
 * fault([{message, at?}]), note(text), focus(), shown(value): in words}.
 */
export function makeField(field, value, isNew) {
  const id = `field-${++counted}`;
  const hint = make("span", { id: `${id}-hint`, className: "hint" });
  hint.textContent = [field.hint, field.fixed ? t(isNew ? "reg.fixed.later" : "reg.fixed") : ""].filter(Boolean).join(" ");
  const note = make("span", { id: `${id}-note`, className: "field-note", hidden: true });
  const fault = make("span", { id: `${id}-fault`, className: "field-fault", hidden: true });
  const describe = (control) => control.setAttribute("aria-describedby", `${id}-hint ${id}-note ${id}-fault`);
  const control = (CONTROLS[field.type] ?? input)(field, { id, describe, locked: Boolean(field.fixed) && !isNew });
  const label = field.required || control.group ? field.label : t("reg.optional", { label: field.label });
  const element = control.group
    ? make("fieldset", { className: `field ${field.type}` }, make("legend", { textContent: field.label }), hint, control.element, note, fault)
    : make("p", { className: `field ${field.type}` }, ...control.labelled(make("label", { htmlFor: id, textContent: label })), hint, control.element, note, fault);
  if (control.group) describe(element);
  const show = (place, text) => {
    place.textContent = text;
    place.hidden = !text;
  };
  const written = (one) => one ?? field.value ?? NOTHING[field.type]?.() ?? null;
  control.set(written(value));
  return {
    key: field.key,
    label: field.label,
    element,
    value: control.value,
    set: control.set,
    written,
    focus: control.focus,
    shown: control.shown ?? ((one) => (one === null || one === "" ? "–" : String(one))),
    note: (text) => show(note, text),
    fault(faults) {
      show(fault, told(faults));
      control.invalid(faults.length > 0);
    },
  };
}

const mark = (element) => (bad) => (bad ? element.setAttribute("aria-invalid", "true") : element.removeAttribute("aria-invalid"));
const before = (element) => (label) => [label];

function input(field, { id, describe, locked }) {
  const element = make("input", { id, type: INPUT[field.type] ?? "text", autocomplete: "off", readOnly: locked, required: Boolean(field.required) });
  if (field.max) element.maxLength = field.max;
  if (field.placeholder) element.placeholder = field.placeholder;
  if (field.type === "time") {
    element.inputMode = "numeric";
    element.placeholder = "07:00";
    element.addEventListener("change", () => (element.value = asTime(element.value)));
  }
  if (field.id) Object.assign(element, { spellcheck: false, autocapitalize: "none" });
  describe(element);
  const value = () => {
    const text = field.type === "time" ? asTime(element.value) : element.value.trim();
    return text === "" ? null : field.type === "number" ? Number(text) : text;
  };
  return { element, labelled: before(element), value, set: (one) => (element.value = one ?? ""), focus: () => element.focus(), invalid: mark(element) };
}

function select(field, { id, describe }) {
  const element = make("select", { id }, ...field.options.map((one) => new Option(one.label, one.value)));
  describe(element);
  return {
    element,
    labelled: before(element),
    value: () => element.value || null,
    set: (one) => (element.value = one ?? field.options[0].value),
    focus: () => element.focus(),
    invalid: mark(element),
    shown: (one) => field.options.find((option) => option.value === one)?.label ?? "–",
  };
}

function check(field, { id, describe }) {
  const element = make("input", { id, type: "checkbox" });
  describe(element);
  const box = make("span", { className: "choice" }, element, make("label", { htmlFor: id, textContent: field.label }));
  return {
    element: box,
    labelled: () => [],
    value: () => element.checked,
    set: (one) => (element.checked = one),
    focus: () => element.focus(),
    invalid: mark(element),
    shown: (one) => t(one ? "reg.yes" : "reg.no"),
  };
}

function weekdays(field, { id }) {
  const boxes = DAYS.map((day) => make("input", { type: "checkbox", id: `${id}-${day}`, value: day }));
  const put = (days) => boxes.forEach((box) => (box.checked = days.includes(box.value)));
  const quick = Object.entries(QUICK).map(([name, days]) =>
    make("button", {
      type: "button",
      textContent: t(`reg.days.${name}`),
      onclick: (event) => {
        put(days);
        event.target.dispatchEvent(new Event("input", { bubbles: true }));
      },
    }),
  );
  const element = make(
    "div",
    { className: "days" },
    ...boxes.map((box) => make("label", { className: "choice", htmlFor: box.id }, box, ` ${t(`reg.day.${box.value}`)}`)),
    make("span", { className: "acts" }, ...quick),
  );
  return {
    element,
    group: true,
    value: () => boxes.filter((box) => box.checked).map((box) => box.value),
    set: put,
    focus: () => boxes[0].focus(),
    invalid: (bad) => boxes.forEach((box) => mark(box)(bad)),
    shown: inDays,
  };
}

/** Weekdays in words: every day, mon–fri, or one by one. */
export function inDays(days) {
  const found = DAYS.filter((day) => (days ?? DAYS).includes(day));
  const name = Object.keys(QUICK).find((one) => String(QUICK[one]) === String(found));
  return name ? t(`reg.days.${name}`) : found.map((day) => t(`reg.day.${day}`)).join(", ") || "–";
}

function lines(field, { id, describe }) {
  const element = make("textarea", { id, rows: 3, spellcheck: false });
  describe(element);
  return {
    element,
    labelled: before(element),
    value: () => element.value.split("\n").map((one) => one.trim()).filter(Boolean),
    set: (one) => (element.value = one.join("\n")),
    focus: () => element.focus(),
    invalid: mark(element),
    shown: (one) => one.join(", ") || "–",
  };
}

const pick = (table) => (field, place) => picklist({ ...field, table }, place);

const CONTROLS = { select, check, weekdays, lines, receivers: pick("receiver"), units: pick("unit"), areas: pick("area") };
