// The page of administrators: who may schedule which units, and whether they can log in.
// Rules: the register says who administers what; an account of the same user name lets them in. Where there is
// none, or one that cannot schedule, that stands at the administrator.
import { ask, byId, make, Problem, t } from "./core.js";
import { gathered } from "./live.js";
import { entryDialog, heed, pagedList, removal } from "./register.js";
import { unitFilter, unitsInWords } from "./unitfilter.js";

const NAME_MOST = 100; // characters, as the roster allows
const EMAIL_MOST = 254;

const sign = (text) => (byId("sign").textContent = text);
let accounts = null; // by user name in small letters; null: not known

const filter = unitFilter(byId("unit"), () => {
  heading();
  list.search("");
});

const list = pagedList({
  host: byId("list"),
  table: "administrator",
  label: t("administrators.search"),
  empty: t("administrators.none"),
  filters: () => ({ unit: filter.unit() }),
  search: new URLSearchParams(location.search).get("search") ?? "",
  row,
  drawn: heading,
});

/** The accounts as they are now; the list shows what it knows while they cannot be read. */
const readAccounts = gathered(async () => {
  try {
    const found = await ask("GET", "/api/accounts");
    accounts = new Map(found.map((one) => [one.username, one]));
    list.redraw();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    accounts = null;
  }
});

function heading() {
  const name = filter.name(heading);
  byId("list-name").textContent = name ? t("administrators.of", { name }) : t("administrators.all");
}

function row({ entry, version, key }) {
  const act = (does, text, label, onclick, className = "") =>
    make("button", { type: "button", className, textContent: text, data: { does }, aria: { label }, onclick });
  const named = { name: entry.name };
  const reached = [entry.phone, entry.email].filter(Boolean).map((one) => make("li", { textContent: one }));
  return [
    make(
      "div",
      { className: "who" },
      make("div", {}, make("span", { className: "name", textContent: entry.name }), make("div", { className: "hint", textContent: entry.username })),
      make("div", {}, make("ul", {}, ...reached), make("div", { className: "marks" }, ...account(entry))),
      make("div", { className: "hint", textContent: unitsInWords(entry.units, () => list.redraw()) || t("administrators.units.none") }),
    ),
    make(
      "span",
      { className: "acts" },
      act("change", t("reg.change"), t("reg.change.who", named), () => form({ entry, version })),
      act("remove", "✕", t("reg.remove.who", named), () => remove(key, entry, version), "cross"),
    ),
  ];
}

/** Whether somebody of this user name can log in and schedule; the link leads to where that is mended. */
function account({ username }) {
  if (!accounts) return [];
  const found = accounts.get(username.toLowerCase());
  const state = !found ? "none" : found.disabled_at ? "disabled" : found.kind;
  const link = make("a", { href: `/konton?search=${encodeURIComponent(username)}`, textContent: t("administrators.accounts"), data: { does: "account" } });
  return [
    make("span", { className: `state ${state === "unit" || state === "it" ? "covered" : "thin"}`, textContent: t(`administrators.account.${state}`) }),
    link,
  ];
}

/** Add (without `version`) or change an administrator. */
function form({ entry = {}, version = null }) {
  const fields = [
    { key: "name", label: t("administrators.name"), type: "text", required: true, max: NAME_MOST },
    { key: "username", label: t("administrators.username"), type: "text", required: true, fixed: true, id: true, max: 64, hint: t("administrators.username.hint") },
    { key: "phone", label: t("administrators.phone"), type: "tel", max: 40 },
    { key: "email", label: t("administrators.email"), type: "email", max: EMAIL_MOST },
    { key: "units", label: t("administrators.units"), type: "units", hint: t("administrators.units.hint") },
  ];
  entryDialog({
    table: "administrator",
    title: version === null ? t("administrators.add") : t("reg.change.who", { name: entry.name }),
    fields,
    entry,
    version,
    saved: async (_, made) => {
      await list.refresh();
      list.focus([made.username]);
      sign(t("reg.saved", made));
    },
  });
}

function remove(key, entry, version) {
  const done = () => {
    sign(t("reg.removed", { name: entry.name }));
    byId("list-name").focus();
  };
  removal({ table: "administrator", key, version, name: entry.name, text: t("administrators.removal"), done });
}

byId("add").addEventListener("click", () => form({ entry: filter.unit() ? { units: [filter.unit()] } : {} }));
heed({ roster: readAccounts, anew: readAccounts });
window.addEventListener("focus", readAccounts);
readAccounts();
