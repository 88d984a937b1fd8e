// Business area, then unit; what was chosen stays in the address, so that it can be sent to somebody.
// Rules: never are all units loaded: an area of up to LIST units has a plain list, a larger one a box that searches
// on the server. What is chosen stays so while others change the register, even if it is gone (the page itself then
// says so): nobody works on another unit unawares.
import { ask, byId, t } from "./core.js";
import { gathered, hear } from "./live.js";
import { searchBox } from "./picklist.js";

const KEPT = "bakjour.unit";
const LIST = 200; // units of a plain list, and of one answer
const LONGEST = 64; // characters of an id

const find = (query) => ask("GET", `/api/roster/units?${new URLSearchParams(query)}`);
const shown = (one) => (one.may_schedule ? one.name : `${one.name} ${t("readonly")}`);

/** The unit of this id, null: there is none. The server puts a whole id first. */
async function standing(id) {
  if (!id || id.length > LONGEST) return null;
  const { units } = await find({ search: id, limit: 1 });
  return units.find((one) => one.id === id) ?? null;
}

/** Show choices [id, name]; a list that stays as it was is not touched, as somebody may have it open. */
function offer(select, choices, value) {
  const [stand, wanted] = [[...select.options].map((one) => [one.value, one.textContent]), choices];
  if (JSON.stringify(stand) !== JSON.stringify(wanted)) {
    select.replaceChildren(...choices.map(([id, name]) => new Option(name, id)));
  }
  select.value = value;
}

/** Fill both lists and call `chosen(unit, area)` now and at every change. Gives false if there are no units yet. */
export async function choose(chosen) {
  const [area, select] = [byId("area"), byId("unit")];
  const list = select.closest("p");
  let goal = { unit: new URLSearchParams(location.search).get("unit") ?? localStorage.getItem(KEPT), area: null };
  let unit = null;
  let known = new Map(); // units of the list, by id
  let box = null;

  const tell = () => {
    localStorage.setItem(KEPT, unit.id);
    const address = new URL(location);
    address.searchParams.set("unit", unit.id);
    history.replaceState(null, "", address);
    chosen(unit.id, unit.area);
  };
  const take = (one) => {
    goal = { unit: one.id, area: one.area };
    unit = one;
    if (box) box.input.value = shown(one);
    tell();
  };

  const search = async ({ search, limit }) => {
    const told = await find({ area: area.value, search: search === shown(unit) ? "" : search, limit });
    const entries = told.units.map((one) => ({ key: [one.id], entry: { name: shown(one) }, unit: one }));
    return { total: told.total, entries };
  };
  const makeBox = () => {
    const made = searchBox(search, "unit", (one) => take(one.unit), () => [], list.querySelector("label").textContent);
    made.input.addEventListener("focus", () => made.input.select());
    made.input.addEventListener("blur", () => {
      made.input.value = shown(unit);
    });
    return made;
  };
  const draw = (areas, where, told) => {
    offer(area, areas.map((one) => [one.id, one.name]), where);
    if (told.total > LIST) {
      box ??= makeBox();
      if (list.isConnected) list.replaceWith(box.element);
      if (document.activeElement !== box.input) box.input.value = shown(unit);
      return;
    }
    if (!list.isConnected) box.element.replaceWith(list);
    known = new Map([...told.units, unit].map((one) => [one.id, one]));
    offer(select, [...known.values()].map((one) => [one.id, shown(one)]), unit.id);
  };

  /** What stands now of the goal. Gives false if there are no units. */
  const read = async () => {
    const asked = goal;
    const [every, found] = await Promise.all([ask("GET", "/api/roster/areas"), standing(asked.unit)]);
    const areas = every.filter((one) => one.units);
    if (!areas.length) return false;
    const where = areas.find((one) => one.id === (found ?? asked).area) ?? areas[0];
    const told = await find({ area: where.id, limit: LIST });
    if (goal !== asked) return true; // somebody chose meanwhile
    const gone = unit?.id === asked.unit ? unit : null;
    const next = found ?? gone ?? told.units[0];
    if (!next) return true; // removed between the two looks: the event of it comes
    const same = next.id === unit?.id && next.area === unit.area;
    [unit, goal] = [next, { unit: next.id, area: next.area }];
    draw(areas, where.id, told);
    if (!same) tell();
    return true;
  };

  const moved = gathered(read, 0);
  area.addEventListener("change", () => {
    goal = { unit: null, area: area.value };
    moved();
  });
  select.addEventListener("change", () => take(known.get(select.value)));
  byId("choose").addEventListener("submit", (event) => event.preventDefault());
  hear({ roster: moved, anew: moved });
  return read();
}
