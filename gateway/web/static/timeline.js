// The timeline of an alert: what happened, to whom, over which line, and why; the gateway says it in both languages.
import { clock, language, make, t } from "./core.js";

const first = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function step(one) {
  const what = one.status ? t(`status.${one.status}`) : first(one.said[language]);
  const where = [one.receiver, one.carrier].filter(Boolean).join(", ");
  return make(
    "li",
    { className: one.final ? "final" : "" },
    make("time", { dateTime: one.at, textContent: clock(one.at, true) }),
    " ",
    make("strong", { textContent: what }),
    where ? ` · ${where}` : null,
    one.why ? make("span", { className: "made", textContent: ` · ${one.why[language]}` }) : null,
  );
}

/** The steps of an alert as list items. */
export const steps = (alert) => alert.timeline.map(step);
