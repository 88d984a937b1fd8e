// The page of areas and units: areas, the units of one or of all, and one unit that is opened.
// Rules: what is open stands in the address (area, unit), so that it can be sent to somebody and the browser's
// own back works; the lists keep their search while a unit is open.
import { byId, make, t } from "./core.js";
import { nameOf, pagedList, removal } from "./register.js";
import { areaForm, unitForm } from "./unitsforms.js";
import { openUnit } from "./unitsone.js";

const here = () => new URLSearchParams(location.search);
const state = { area: here().get("area") };
const sign = (text) => (byId("sign").textContent = text);
const saved = (name) => sign(t("reg.saved", { name }));

function button(does, text, label, work, className = "") {
  return make("button", { type: "button", textContent: text, className, data: { does }, aria: { label }, onclick: work });
}

function go(query, replace = false) {
  const address = new URL("/enheter", location);
  for (const [name, value] of Object.entries(query)) if (value) address.searchParams.set(name, value);
  history[replace ? "replaceState" : "pushState"](null, "", address);
  sign("");
}

const areas = pagedList({
  host: byId("areas"),
  table: "area",
  label: t("units.areas.search"),
  empty: t("units.areas.none"),
  most: 20,
  row: ({ key: [id], entry, version }) => [
    make("span", { className: "name" }, entry.name, make("span", { className: "hint", textContent: ` ${id}` })),
    make(
      "span",
      { className: "acts" },
      button("open", t("units.show"), t("units.show.of", { name: entry.name }), () => choose(id)),
      button("change", t("reg.change"), t("reg.change.who", { name: entry.name }), () =>
        areaForm({ entry, version, saved: (_, made) => saved(made.name) }),
      ),
      button("remove", "✕", t("reg.remove.who", { name: entry.name }), () => removeArea(id, entry, version), "cross"),
    ),
  ],
  drawn: () => heading(),
});

const units = pagedList({
  host: byId("units"),
  table: "unit",
  label: t("units.search"),
  empty: t("units.none"),
  filters: () => ({ area: state.area }),
  row: ({ key: [id], entry }) => [
    make(
      "span",
      { className: "name" },
      make("a", { href: `/enheter?unit=${encodeURIComponent(id)}`, textContent: entry.name, data: { does: "open" }, onclick: (event) => follow(event, id) }),
      make("span", { className: "hint", textContent: ` ${id}` }),
    ),
    make("span", { className: "hint", textContent: nameOf("area", entry.area, () => units.redraw()) }),
  ],
});

function follow(event, id) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
  event.preventDefault();
  go({ area: state.area, unit: id });
  show(id);
}

function removeArea(id, entry, version) {
  const done = () => {
    sign(t("reg.removed", { name: entry.name }));
    if (state.area === id) choose(null);
    byId("areas-name").focus();
  };
  removal({ table: "area", key: [id], version, name: entry.name, done });
}

/** Show the units of an area, or of all. */
async function choose(id) {
  state.area = id;
  go({ area: id });
  heading();
  await units.search("");
  byId("units-name").focus();
}

function heading() {
  const name = state.area && nameOf("area", state.area, heading);
  byId("units-name").textContent = name ? t("units.of", { name }) : t("units.of.all");
  byId("units-all").hidden = !state.area;
}

/** Show the lists, or one unit. */
function show(unit) {
  byId("lists").hidden = Boolean(unit);
  byId("one").hidden = !unit;
  openUnit(unit, { sign, left: back });
}

/** From a unit to the lists, the focus to the unit there. */
function back() {
  const was = here().get("unit");
  go({ area: state.area });
  show(null);
  units.focus([was]);
}

byId("area-new").addEventListener("click", () => areaForm({ saved: (_, made) => saved(made.name) }));
byId("unit-new").addEventListener("click", () => {
  const made = (_, entry) => {
    go({ area: state.area, unit: entry.id });
    show(entry.id);
    saved(entry.name);
  };
  unitForm({ entry: { area: state.area }, saved: made });
});
byId("units-all").addEventListener("click", () => choose(null));
byId("one-back").addEventListener("click", (event) => {
  event.preventDefault();
  back();
});
window.addEventListener("popstate", () => {
  const asked = here();
  if (asked.get("area") !== state.area) {
    state.area = asked.get("area");
    heading();
    units.first();
  }
  show(asked.get("unit"));
});
heading();
show(here().get("unit"));
