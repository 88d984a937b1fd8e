// Copies what a field holds. Rules: where the browser allows no clipboard (a page without TLS) the text is selected
// instead, and what is to be done is said.
import { say, t } from "./core.js";

/** Copy the value of `field` at a click on `button`; `sign` says what was done. */
export function copying(button, field, sign) {
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      say(sign, t("copied.head"));
    } catch {
      field.focus();
      field.select();
      say(sign, t("copied.select"));
    }
  });
}
