// Business area, then unit; what was chosen stays in the address, so that it can be sent to somebody.
import { ask, byId, make, t } from "./core.js";

const KEPT = "bakjour.unit";

/** Fill both lists and call `chosen(unit)` now and at every change. Gives false if there are no units. */
export async function choose(chosen) {
  const areas = (await ask("GET", "/api/roster/areas")).filter((one) => one.units.length);
  if (!areas.length) return false;
  const [area, unit] = [byId("area"), byId("unit")];
  const wanted = new URLSearchParams(location.search).get("unit") ?? localStorage.getItem(KEPT);
  const all = areas.flatMap((one) => one.units.map((found) => ({ ...found, area: one.id })));
  const first =
    all.find((one) => one.id === wanted) ?? all.find((one) => one.may_schedule) ?? all[0];

  area.replaceChildren(...areas.map((one) => new Option(one.name, one.id)));
  const fill = () => {
    const found = areas.find((one) => one.id === area.value).units;
    unit.replaceChildren(
      ...[...found].sort((a, b) => b.may_schedule - a.may_schedule).map((one) =>
        make("option", {
          value: one.id,
          textContent: one.may_schedule ? one.name : `${one.name} ${t("readonly")}`,
        }),
      ),
    );
  };
  const tell = () => {
    localStorage.setItem(KEPT, unit.value);
    const address = new URL(location);
    address.searchParams.set("unit", unit.value);
    history.replaceState(null, "", address);
    chosen(unit.value, area.value);
  };
  area.value = first.area;
  fill();
  unit.value = first.id;
  area.addEventListener("change", () => {
    fill();
    tell();
  });
  unit.addEventListener("change", tell);
  byId("choose").addEventListener("submit", (event) => event.preventDefault());
  tell();
  return true;
}
