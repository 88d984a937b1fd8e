// The fields of the forms of accounts, keys and passwords: one object per field, whatever its control is.
// Rules: a fault stands at its field and is read out with it; a password is shown only while somebody wants to see
// it. The server judges again what is judged here: these are its rules, told before it is asked.
import { copying } from "./clipboard.js";
import { make, t } from "./core.js";

export const PASSWORD = { least: 10, most: 200, kinds: 3 }; // as gateway/accounts/passwords.py has them
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"; // nothing that is misread over the telephone
const [GROUPS, LETTERS] = [4, 4]; // 79 bits

let counted = 0;

/** What every field has around its control: label, hint and the place of its fault. */
function framed(control, { label, hint = "", more = [] }) {
  const id = (control.id ||= `form-${++counted}`);
  const told = make("span", { id: `${id}-hint`, className: "hint", textContent: hint });
  const fault = make("span", { id: `${id}-fault`, className: "field-fault", hidden: true });
  control.setAttribute("aria-describedby", `${id}-hint ${id}-fault`);
  const row = more.length ? make("span", { className: "with-buttons" }, control, ...more) : control;
  return {
    element: make("p", { className: "field" }, make("label", { htmlFor: id, textContent: label }), hint ? told : null, row, fault),
    fault: showing(fault, [control]),
    focus: () => control.focus(),
  };
}

/** Shows a fault, "" none, and marks its controls. */
function showing(fault, controls) {
  return (text) => {
    fault.textContent = text;
    fault.hidden = !text;
    for (const one of controls) {
      if (text) one.setAttribute("aria-invalid", "true");
      else one.removeAttribute("aria-invalid");
    }
  };
}

/** One line of text. `judge(value)` gives a fault or "". */
export function textField({ key, label, hint, value = "", most, word = false, judge = () => "" }) {
  const input = make("input", { type: "text", value, maxLength: most, required: true, autocomplete: "off" });
  if (word) Object.assign(input, { spellcheck: false, autocapitalize: "none" });
  return { key, ...framed(input, { label, hint }), value: () => input.value.trim(), judge: () => judge(input.value.trim()) };
}

/** One of some words, each explained. `locked`: why it cannot be chosen. */
export function choiceField({ key, label, options, value, locked = "" }) {
  const id = `form-${++counted}`;
  const radios = options.map((one) =>
    make("input", { type: "radio", name: id, id: `${id}-${one.value}`, value: one.value, checked: one.value === value, disabled: Boolean(locked) }),
  );
  const rows = options.map((one, index) => {
    radios[index].setAttribute("aria-describedby", `${id}-${one.value}-hint`);
    const words = make("label", { htmlFor: radios[index].id, textContent: one.label });
    const hint = make("span", { id: `${id}-${one.value}-hint`, className: "hint", textContent: one.hint });
    return make("div", { className: "choice explained" }, radios[index], make("span", {}, words, hint));
  });
  const fault = make("span", { className: "field-fault", hidden: true });
  return {
    key,
    element: make(
      "fieldset",
      { className: "field" },
      make("legend", { textContent: label }),
      ...rows,
      locked ? make("p", { className: "hint", textContent: locked }) : null,
      fault,
    ),
    fault: showing(fault, []),
    focus: () => (radios.find((one) => one.checked) ?? radios[0]).focus(),
    value: () => radios.find((one) => one.checked)?.value,
    judge: () => "",
  };
}

/** A new password of somebody else: suggested, shown, copied. `username()` must not be in it. */
export function passwordField({ key, label, username }) {
  const input = make("input", { type: "password", autocomplete: "new-password", required: true, maxLength: PASSWORD.most });
  const seen = revealing(input, label);
  const suggest = make("button", {
    type: "button",
    textContent: t("password.suggest"),
    aria: { label: t("password.suggest.what") },
    onclick: () => {
      input.value = suggestion();
      seen.show(true);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  const field = framed(input, { label, hint: t("password.rules"), more: [suggest, seen.button, ...copier(input, label)] });
  return { key, ...field, value: () => input.value, judge: () => judged(input.value, username()) };
}

/** Why this cannot be a password; "" if it can. */
export function judged(password, username) {
  if (password.length < PASSWORD.least) return t("password.short", { count: password.length, least: PASSWORD.least });
  if (password.length > PASSWORD.most) return t("password.long", { most: PASSWORD.most });
  if (username && password.toLowerCase().includes(username.toLowerCase())) return t("password.own");
  return new Set(password).size < PASSWORD.kinds ? t("password.same") : "";
}

/** A password that nobody guesses and everybody can read out. */
export function suggestion() {
  const even = 256 - (256 % ALPHABET.length); // above it, some letters would come oftener
  const letter = () => {
    const [one] = crypto.getRandomValues(new Uint8Array(1));
    return one < even ? ALPHABET[one % ALPHABET.length] : letter();
  };
  return Array.from({ length: GROUPS }, () => Array.from({ length: LETTERS }, letter).join("")).join("-");
}

/** The button that shows and hides what stands in a password's input. */
export function revealing(input, label) {
  const button = make("button", { type: "button" });
  const show = (seen) => {
    input.type = seen ? "text" : "password";
    button.textContent = t(seen ? "password.hide" : "password.show");
    button.setAttribute("aria-label", t(seen ? "password.hide.what" : "password.show.what", { label }));
  };
  Object.assign(input, { spellcheck: false, autocapitalize: "none" });
  button.addEventListener("click", () => show(input.type === "password"));
  show(false);
  return { button, show };
}

/** A button that copies what stands in an input, and the sign that says so. */
export function copier(input, label) {
  const button = make("button", { type: "button", textContent: t("account.copy"), aria: { label: t("account.copy.what", { label }) } });
  const sign = make("span", { className: "hint", role: "status" });
  copying(button, input, sign);
  input.addEventListener("input", () => (sign.textContent = ""));
  return [button, sign];
}
