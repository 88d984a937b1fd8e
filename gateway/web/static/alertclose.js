// Closing an alert by hand. Rules: asked first, naming the alert, because the list moves when a new alert comes
// and because nobody more is paged afterwards; a refusal is told where it was asked for.
import { ask, byId, clock, Problem, say, t } from "./core.js";
import { named } from "./alertitem.js";

/** Ask, then close; `done(words)` when it is closed. */
export function makeClosing(done) {
  const dialog = byId("close");
  let wanted = null; // {alert, how}

  byId("close-keep").addEventListener("click", () => dialog.close());
  byId("close-do").addEventListener("click", async () => {
    const { alert, how } = wanted;
    byId("close-do").disabled = true;
    try {
      await ask("POST", `/api/alerts/${encodeURIComponent(alert)}/${how}`);
      dialog.close();
      done(t(`alerts.done.${how}`));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      say(byId("close-fault"), await why(problem, alert));
    } finally {
      byId("close-do").disabled = false;
    }
  });

  return (one, how) => {
    wanted = { alert: one.alert, how };
    byId("close-name").textContent = t(`alerts.${how}.title`);
    byId("close-alert").textContent = `${named(one)} · ${clock(one.accepted_at)}`;
    byId("close-text").textContent = t(`alerts.${how}.text`);
    byId("close-do").textContent = t(`alerts.${how}.do`);
    say(byId("close-fault"), "");
    dialog.showModal();
    byId("close-do").focus();
  };
}

/** Somebody may have been quicker: then it is said how the alert ended. */
async function why(problem, alert) {
  if (problem.status !== 409) return problem.text;
  const told = await ask("GET", `/api/alerts/${encodeURIComponent(alert)}`).catch(() => null);
  return told ? t("alerts.closed", { status: t(`status.${told.status}`) }) : problem.text;
}
