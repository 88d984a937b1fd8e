// Removing an entry of the register.
// Rules: it is asked first; what something still refers to is not removed, and every place that the server named
// is shown; an entry that somebody changed meanwhile is removed only when that was seen.
import { ask, make, Problem, t } from "./core.js";
import { unitsNamed } from "./registernames.js";
import { byWhom } from "./registerstale.js";

/** Asks, then removes {table, key, version}; `name` for people, `text` what follows from it, `done(result)`. */
export function removal({ table, key, version, name, text, done }) {
  const id = `remove-${table}`;
  const notice = make("div", { className: "notice bad", role: "alert", hidden: true });
  const go = make("button", { type: "button", className: "danger", textContent: t("reg.remove") });
  const leave = make("button", { type: "button", textContent: t("reg.cancel") });
  const dialog = make(
    "dialog",
    { className: "register" },
    make("h2", { id, textContent: t("reg.remove.ask", { name }) }),
    text ? make("p", { textContent: text }) : null,
    notice,
    make("p", { className: "buttons" }, go, leave),
  );
  let stands = version;
  const tell = (first, places = []) => {
    const list = make("ul", { className: "places", tabIndex: 0, aria: { label: first } }, ...places.map((one) => make("li", { textContent: unitsNamed(one) })));
    notice.replaceChildren(make("p", { textContent: first }), ...(places.length ? [list] : []));
    notice.hidden = false;
  };
  const over = (first, places) => {
    tell(first, places);
    go.hidden = true;
    leave.textContent = t("reg.close");
    leave.focus();
  };
  const refused = ({ status, body, text: why }) => {
    if (body.code === "stale" && !body.entry) {
      over(t("reg.stale.gone", byWhom(body)));
      done?.(null);
    } else if (body.code === "stale") {
      stands = body.version;
      tell(t("reg.remove.stale", byWhom(body)));
      go.textContent = t("reg.remove.again");
      leave.focus();
    } else if (status === 422) over(t("reg.remove.used", { name }), (body.errors ?? []).map((one) => one.message));
    else tell(why);
  };
  go.addEventListener("click", async () => {
    go.disabled = true;
    try {
      const result = await ask("POST", "/api/register/removals", { table, key, version: stands });
      dialog.close();
      done?.(result);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      refused(problem);
    } finally {
      go.disabled = false;
    }
  });
  leave.addEventListener("click", () => dialog.close());
  dialog.setAttribute("aria-labelledby", id);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  leave.focus();
  return dialog;
}
