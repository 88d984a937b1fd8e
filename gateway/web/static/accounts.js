// The accounts: who may log in. Making, changing, disabling, new passwords.
// Rules: only what was changed is sent, with the version of the account that was seen: if somebody else changed it
// since, nothing is done, and who, when and what is said; one's own account cannot be disabled here.
import { ask, byId, make, onDate, Problem, t } from "./core.js";
import { formDialog, question, Stale } from "./dialogs.js";
import { choiceField, passwordField, textField } from "./formfields.js";
import { gathered, listen } from "./live.js";
import { byWhom } from "./registerstale.js";
import { button, drawRows, rowOf } from "./rows.js";

const KINDS = ["unit", "it", "reader"];
const UNITS_SHOWN = 4; // of an administrator with many
const ROWS = 100; // drawn at a time
const WORD = /^[A-Za-z0-9._-]{1,64}$/;
const ADDRESS = "/api/accounts";

const list = byId("accounts");
const search = byId("search");
search.value = new URLSearchParams(location.search).get("search") ?? "";
let accounts = [];
let most = ROWS;
const me = document.body.dataset.username;

const sign = (key, name) => (byId("sign").textContent = t(key, { name }));
const at = (username) => `${ADDRESS}/${encodeURIComponent(username)}`;
const read = async () => {
  accounts = (await ask("GET", ADDRESS)).sort((a, b) => a.name.localeCompare(b.name, document.documentElement.lang));
  draw();
};
const to = (username, does) => () => button(rowOf(list, username), does) ?? search;

function draw() {
  const wanted = search.value.trim().toLowerCase();
  const found = accounts.filter((one) => `${one.name} ${one.username}`.toLowerCase().includes(wanted));
  const shown = found.slice(0, most);
  drawRows(list, shown.map((one) => ({ key: one.username, said: one, row: () => row(one) })));
  const places = { count: found.length, shown: shown.length };
  byId("count").textContent = !found.length ? t("account.nothing") : t(shown.length < found.length ? "account.count.part" : "account.count", places);
  byId("more").hidden = shown.length === found.length;
}

function row(one) {
  const own = one.username === me;
  const act = (does, label, onclick, className = "") =>
    make("button", { type: "button", className, data: { does }, textContent: t(`account.${does}`), aria: { label }, onclick });
  const facts = [one.username, own ? t("account.you") : "", t("account.since", { date: onDate(one.created_at) })].filter(Boolean);
  const off = one.disabled_at !== null;
  return [
    make(
      "div",
      { className: "name" },
      make("strong", { textContent: one.name }),
      " ",
      make("span", { className: off ? "state" : "state covered", textContent: t(`account.kind.${one.kind}`) }),
      off ? make("span", { className: "state empty", textContent: t("account.disabled", { date: onDate(one.disabled_at) }) }) : null,
      make("div", { className: "hint", textContent: facts.join(" · ") }),
      units(one),
    ),
    make(
      "div",
      { className: "acts" },
      act("change", t("account.change.who", one), () => change(one)),
      own
        ? make("a", { className: "button", href: "/losenord", data: { does: "renew" }, textContent: t("account.renew.own") })
        : act("renew", t("account.renew.who", one), () => renew(one)),
      own ? null : off ? act("enable", t("account.enable.who", one), () => turn(one, false)) : act("disable", t("account.disable.who", one), () => turn(one, true), "cross"),
    ),
  ];
}

/** What somebody may schedule; a unit administrator's units are those of the register. */
function units(one) {
  if (one.kind === "reader") return null;
  if (one.kind === "it") return make("div", { className: "hint", textContent: t("account.units.all") });
  const link = make("a", { href: `/administratorer?search=${encodeURIComponent(one.username)}`, textContent: t("account.administrators") });
  if (!one.units.length) return make("div", { className: "notice warn" }, `${t("account.units.none", one)} `, link, ".");
  const first = one.units.slice(0, UNITS_SHOWN).join(", ");
  const more = one.units.length - UNITS_SHOWN;
  const named = more > 0 ? t("account.units.more", { units: first, count: more }) : first;
  return make("div", { className: "hint" }, `${t("account.units", { units: named })} · `, link);
}

const kindField = (value, locked) =>
  choiceField({
    key: "kind",
    label: t("account.kind"),
    value,
    locked,
    options: KINDS.map((kind) => ({ value: kind, label: t(`account.kind.${kind}`), hint: t(`account.kind.${kind}.hint`) })),
  });
const nameField = (value) =>
  textField({ key: "name", label: t("account.name"), value, most: 100, judge: (name) => (/^\P{C}{1,100}$/u.test(name) ? "" : t("account.name.fault")) });

/** The server's faults in the words of the page; it has the same rules. */
function inWords(problem) {
  if (problem.status === 409) return [{ path: "username", message: t("account.username.taken") }];
  const words = { username: t("account.username.fault"), name: t("account.name.fault"), password: t("password.rules") };
  return problem.body.errors?.map((one) => ({ path: one.path, message: words[one.path] ?? one.message }));
}

function add() {
  const username = textField({
    key: "username",
    label: t("account.username"),
    hint: t("account.username.hint"),
    most: 64,
    word: true,
    judge: (word) => (WORD.test(word) ? "" : t("account.username.fault")),
  });
  formDialog({
    title: t("account.add"),
    fields: [username, nameField(""), kindField("unit", ""), passwordField({ key: "password", label: t("account.password"), username: username.value })],
    button: t("account.add.do"),
    faults: inWords,
    back: () => button(rowOf(list, username.value().toLowerCase()), "change") ?? byId("add"),
    save: async (values) => {
      await ask("POST", ADDRESS, values);
      search.value = "";
      await read();
      sign("account.added", values.name);
    },
  });
}

/** Change the account that was `seen`. Raises Stale if it is another one by now, which is then seen. */
async function patch(seen, wanted) {
  try {
    await ask("PATCH", at(seen.username), { ...wanted, version: seen.version });
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.body.code !== "stale") throw problem;
    const now = Object.assign(seen, problem.body.account);
    const told = [now.name, t(`account.kind.${now.kind}`), now.disabled_at ? t("account.disabled", { date: onDate(now.disabled_at) }) : ""];
    throw new Stale(t("account.stale", { ...byWhom(problem.body), now: told.filter(Boolean).join(", ") }));
  }
  await read();
}

function change(one) {
  const seen = { ...one };
  formDialog({
    title: t("account.change.who", one),
    fields: [nameField(one.name), kindField(one.kind, one.username === me ? t("account.kind.own") : "")],
    button: t("reg.save"),
    faults: (problem) => (problem.status === 409 ? null : inWords(problem)),
    back: to(one.username, "change"),
    save: async (values) => {
      const wanted = Object.fromEntries(Object.entries(values).filter(([key, value]) => value !== seen[key]));
      if (Object.keys(wanted).length) await patch(seen, wanted);
      sign("account.changed", values.name);
    },
  });
}

function renew(one) {
  const seen = { ...one };
  formDialog({
    title: t("account.renew.who", one),
    intro: t("account.renew.hint", one),
    fields: [passwordField({ key: "password", label: t("account.renew"), username: () => one.username })],
    button: t("reg.save"),
    faults: inWords,
    back: to(one.username, "renew"),
    save: async (values) => {
      await patch(seen, values);
      sign("account.renewed", one.name);
    },
  });
}

function turn(one, off) {
  const does = off ? "disable" : "enable";
  const seen = { ...one };
  question({
    title: t(`account.${does}.ask`, one),
    text: t(`account.${does}.hint`, one),
    button: t(`account.${does}`),
    bad: off,
    back: () => button(rowOf(list, one.username), "enable") ?? to(one.username, "disable")(),
    does: async () => {
      await patch(seen, { disabled: off });
      sign(`account.${does}.done`, one.name);
    },
  });
}

byId("add").addEventListener("click", add);
search.addEventListener("input", () => {
  most = ROWS;
  draw();
});
byId("more").addEventListener("click", () => {
  most += ROWS;
  draw();
  (list.children[most - ROWS]?.querySelector("button") ?? search).focus();
});
const fresh = gathered(read);
listen({ record: fresh, roster: fresh, anew: fresh });
fresh();
