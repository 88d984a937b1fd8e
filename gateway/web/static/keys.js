// The API keys: by which programs use the HTTP interface. Made, shown once, revoked.
// Rules: a key is shown in its dialog and nowhere else, and is gone from the page when that closes; it closes only
// by its own button, not by a slip of the hand.
import { ask, byId, make, onDate, t } from "./core.js";
import { formDialog, question } from "./dialogs.js";
import { choiceField, copier, textField } from "./formfields.js";
import { gathered, listen } from "./live.js";
import { button, drawRows, rowOf } from "./rows.js";

const SCOPES = ["events", "read", "admin"];
const ADDRESS = "/api/keys";
const [good, revoked] = [byId("good"), byId("revoked")];

async function read() {
  const keys = (await ask("GET", ADDRESS)).sort((a, b) => b.created_at.localeCompare(a.created_at));
  const rows = (some) => some.map((one) => ({ key: `${one.name} ${one.created_at}`, said: one, row: () => row(one) }));
  const [live, dead] = [keys.filter((one) => one.revoked_at === null), keys.filter((one) => one.revoked_at !== null)];
  drawRows(good, rows(live));
  drawRows(revoked, rows(dead));
  byId("none").hidden = live.length > 0;
  byId("none").textContent = t("key.none");
  byId("past").hidden = !dead.length;
  return live;
}

function row(one) {
  const dates = [t("key.created", { date: onDate(one.created_at) }), one.revoked_at ? t("key.revoked", { date: onDate(one.revoked_at) }) : ""];
  return [
    make(
      "div",
      { className: "name" },
      make("strong", { textContent: one.name }),
      " ",
      make("span", { className: one.revoked_at ? "state" : "state covered", textContent: t(`key.scope.${one.scope}`) }),
      make("div", { className: "hint", textContent: dates.filter(Boolean).join(" · ") }),
      one.revoked_at ? null : make("div", { className: "hint", textContent: t(`key.scope.${one.scope}.hint`) }),
    ),
    one.revoked_at
      ? null
      : make(
          "div",
          { className: "acts" },
          make("button", { type: "button", className: "cross", data: { does: "revoke" }, textContent: t("key.revoke"), aria: { label: t("key.revoke.who", one) }, onclick: () => revoke(one) }),
        ),
  ].filter(Boolean);
}

function add() {
  let made = null;
  formDialog({
    title: t("key.add"),
    fields: [
      textField({ key: "name", label: t("key.name"), hint: t("key.name.hint"), most: 64, word: true, judge: (name) => (/^\P{C}{1,64}$/u.test(name) ? "" : t("key.name.fault")) }),
      choiceField({
        key: "scope",
        label: t("key.scope"),
        value: "events",
        options: SCOPES.map((scope) => ({ value: scope, label: t(`key.scope.${scope}`), hint: t(`key.scope.${scope}.hint`) })),
      }),
    ],
    button: t("key.make"),
    faults: (problem) =>
      ({ 409: [{ path: "name", message: t("key.name.taken") }], 422: [{ path: "name", message: t("key.name.fault") }] })[problem.status] ?? null,
    back: () => (made ? show(made) : byId("add")),
    save: async (values) => {
      made = await ask("POST", ADDRESS, values);
      await read();
    },
  });
}

/** The one time that a key is shown. Gives what has the focus. */
function show({ name, key }) {
  const field = make("textarea", { id: "new-key", value: key, readOnly: true, rows: 2, spellcheck: false, className: "secret" });
  const [copy, sign] = copier(field, t("key.key"));
  copy.classList.add("main");
  const done = make("button", { type: "button", textContent: t("key.taken") });
  const dialog = make(
    "dialog",
    { className: "register" },
    make("h2", { id: "shown-name", textContent: t("key.shown", { name }) }),
    make("p", { className: "notice warn" }, make("strong", { textContent: t("key.shown.warning") }), ` ${t("key.shown.lost")}`),
    make("p", { className: "field" }, make("label", { htmlFor: field.id, textContent: t("key.key") }), field),
    make("p", { className: "buttons" }, copy, done, sign),
  );
  dialog.setAttribute("aria-labelledby", "shown-name");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.preventDefault());
  dialog.addEventListener("close", () => {
    dialog.remove();
    (button([...good.children].find((one) => one.dataset.key.startsWith(`${name} `)), "revoke") ?? byId("add")).focus();
  });
  done.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return copy;
}

function revoke(one) {
  question({
    title: t("key.revoke.ask", one),
    text: t("key.revoke.hint"),
    button: t("key.revoke"),
    back: () => button(rowOf(good, `${one.name} ${one.created_at}`), "revoke") ?? byId("add"),
    does: async () => {
      try {
        await ask("DELETE", `${ADDRESS}/${encodeURIComponent(one.name)}`);
        byId("sign").textContent = t("key.revoke.done", one);
      } catch (problem) {
        if (problem.status !== 404) throw problem;
        byId("sign").textContent = t("key.revoke.gone", one);
      }
      await read();
    },
  });
}

byId("add").addEventListener("click", add);
const fresh = gathered(read);
listen({ record: fresh, anew: fresh });
fresh();
