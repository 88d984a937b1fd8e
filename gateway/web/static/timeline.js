// The timeline of an alert: what happened, to whom, over which line. Reasons come in English from the gateway.
import { clock, make, t } from "./core.js";

function step(one) {
  const known = t(`alerts.text.${one.text}`);
  const what = one.status ? t(`status.${one.status}`) : known.startsWith("alerts.text.") ? one.text : known;
  const words = [clock(one.at), what, one.receiver, one.carrier].filter(Boolean).join(" · ");
  return make("li", { textContent: words }, one.reason ? make("span", { lang: "en", textContent: ` · ${one.reason}` }) : null);
}

/** The steps of an alert as list items. */
export const steps = (alert) => alert.timeline.map(step);
