// The page of receivers: persons and roles, their numbers, the units where they may be scheduled.
// Rules: found by name, id or number, and by unit; what keeps a page from reaching somebody (an unproved number,
// one that no line serves, one that somebody else has too) stands at the receiver, and is never hidden.
import { byId, clock, make, t } from "./core.js";
import { gathered } from "./live.js";
import { askAboutSame, numberNotes } from "./numbernotes.js";
import { asId, entryDialog, heed, nameOf, pagedList, removal } from "./register.js";
import { unitFilter, unitsInWords } from "./unitfilter.js";

const NAME_MOST = 100; // characters, as the roster allows
const ID_MOST = 64;
const STATE = { proved: "covered", unproved: "thin", pending: "thin", failed: "empty" };
const NUMBERS = ["number", "backup"];

const sign = (text) => (byId("sign").textContent = text);

const filter = unitFilter(byId("unit"), () => {
  heading();
  list.search("");
});

const list = pagedList({
  host: byId("list"),
  table: "receiver",
  label: t("receivers.search"),
  empty: t("receivers.none"),
  filters: () => ({ unit: filter.unit() }),
  search: new URLSearchParams(location.search).get("search") ?? "",
  row,
  drawn: heading,
});

function heading() {
  const name = filter.name(heading);
  byId("list-name").textContent = name ? t("receivers.of", { name }) : t("receivers.all");
}

function row(one) {
  const { entry, version, key } = one;
  const act = (does, text, label, onclick, className = "") =>
    make("button", { type: "button", className, textContent: text, data: { does }, aria: { label }, onclick });
  const named = { name: entry.name };
  return [
    make(
      "div",
      { className: "who" },
      make("div", {}, make("span", { className: "name", textContent: entry.name }), make("div", { className: "hint", textContent: `${t(`receivers.kind.${entry.kind}`)} · ${entry.id}` })),
      make("div", {}, numbers(one), make("div", { className: "marks" }, ...marks(one))),
      make("div", { className: "hint", textContent: unitsInWords(entry.units, () => list.redraw()) || t("receivers.units.none") }),
    ),
    make(
      "span",
      { className: "acts" },
      act("change", t("reg.change"), t("reg.change.who", named), () => form({ entry, version })),
      act("remove", "✕", t("reg.remove.who", named), () => remove(key, entry, version), "cross"),
    ),
  ];
}

function numbers({ entry, number_kind, backup_kind }) {
  const line = (kind, number, second) => make("li", {}, t(second ? "receivers.backup.is" : `receivers.is.${kind}`, { number }));
  return make("ul", {}, line(number_kind, entry.number), entry.backup ? line(backup_kind, entry.backup, true) : null);
}

function marks({ entry, proof, proof_at, served, same_number }) {
  const mark = (state, textContent) => make("span", { className: `state ${state}`, textContent });
  const same = same_number.map((id) => nameOf("receiver", id, () => list.redraw())).join(", ");
  const when = proof_at && proof !== "unproved" ? ` ${clock(proof_at)}` : "";
  return [
    mark(STATE[proof] ?? "thin", `${proof === "proved" ? "✓ " : ""}${t(`proof.${proof}`)}${when}`),
    served ? null : mark("empty", t("receivers.unserved")),
    same ? mark("thin", t("receivers.same", { names: same })) : null,
    entry.any_number ? mark("", t("receivers.any")) : null,
  ];
}

/** Add (without `version`) or change a receiver. */
function form({ entry = {}, version = null }) {
  const own = version === null ? null : entry.id;
  const kinds = ["person", "role"].map((value) => ({ value, label: t(`receivers.kind.${value}`) }));
  const number = (key, required) => ({ key, label: t(`receivers.${key}`), type: "tel", required, max: 40, hint: t(`receivers.${key}.hint`) });
  const fields = [
    { key: "name", label: t("receivers.name"), type: "text", required: true, max: NAME_MOST, hint: t("receivers.name.hint") },
    { key: "id", label: t("receivers.id"), type: "text", required: true, fixed: true, id: true, max: ID_MOST, hint: t("receivers.id.hint"), suggest: ({ name }) => asId(name ?? "") },
    { key: "kind", label: t("receivers.kind"), type: "select", options: kinds, value: "person", required: true },
    number("number", true),
    number("backup", false),
    { key: "any_number", label: t("receivers.any.label"), type: "check", hint: t("receivers.any.hint") },
    { key: "units", label: t("receivers.units"), type: "units", hint: t("receivers.units.hint") },
  ];
  entryDialog({
    table: "receiver",
    title: version === null ? t("receivers.add") : t("reg.change.who", { name: entry.name }),
    fields,
    entry,
    version,
    changed: numberNotes(NUMBERS, entry, own),
    warn: (_, values) => askAboutSame(NUMBERS, values, entry, own),
    saved: async (_, made) => {
      await list.refresh();
      list.focus([made.id]);
      sign(t("reg.saved", made));
    },
  });
}

function remove(key, entry, version) {
  const done = () => {
    sign(t("reg.removed", { name: entry.name }));
    byId("list-name").focus();
  };
  removal({ table: "receiver", key, version, name: entry.name, text: t("receivers.removal"), done });
}

byId("add").addEventListener("click", () => form({ entry: filter.unit() ? { units: [filter.unit()] } : {} }));
heed({ outcome: gathered(list.refresh) });
