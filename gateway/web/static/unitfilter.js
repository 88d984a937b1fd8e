// Showing only what belongs to one unit; which one stands in the address, so that it can be sent to somebody.
// Rules: units are searched on the server; the browser's own back works.
import { make, t } from "./core.js";
import { searchBox } from "./picklist.js";
import { nameOf } from "./register.js";

const SHOWN = 6; // units of somebody with many

const asked = () => new URLSearchParams(location.search).get("unit");

/** Fills `host`; `changed()` hears of another choice. Gives {unit(): its id or null, name()}. */
export function unitFilter(host, changed) {
  let unit = asked();
  const all = make("button", { type: "button", textContent: t("people.unit.all"), onclick: () => choose(null) });
  const search = searchBox("unit", "by-unit", (one) => choose(one.key[0]), () => [unit], t("people.unit"));
  host.replaceChildren(make("div", { className: "by-unit" }, search.element, all));

  const show = () => {
    all.hidden = unit === null;
    changed();
  };
  const choose = (one) => {
    unit = one;
    const address = new URL(location);
    if (one) address.searchParams.set("unit", one);
    else address.searchParams.delete("unit");
    address.searchParams.delete("search");
    history.pushState(null, "", address);
    show();
    search.input.focus();
  };
  window.addEventListener("popstate", () => {
    unit = asked();
    show();
  });
  all.hidden = unit === null;
  return { unit: () => unit, name: (then) => (unit ? nameOf("unit", unit, then) : null) };
}

/** Units by name, the first ones; `then` is called when a name became known. */
export function unitsInWords(units, then) {
  const first = units.slice(0, SHOWN).map((unit) => nameOf("unit", unit, then));
  const more = units.length - first.length;
  return first.join(", ") + (more ? ` ${t("people.units.more", { count: more })}` : "");
}
