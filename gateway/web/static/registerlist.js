// A searched and paged list of a table of the register, which stays fresh by itself.
// Rules: the server searches and pages, nothing is loaded whole; a row that did not change keeps its element, so
// that focus and scroll stay; one stream of live events for all of a page.
import { make, Problem, say, t } from "./core.js";
import { gathered, listen } from "./live.js";
import { find } from "./registernames.js";

const WAIT = 250; // milliseconds after the last key
const KINDS = ["anew", "roster", "outcome", "import"];
const heeding = new Set();

/** Hear of live events: `on` has any of KINDS. Gives a function that ends it. */
export function heed(on) {
  if (!heeding.size) {
    const each = (kind) => (told) => heeding.forEach((one) => one[kind]?.(told));
    if (!heed.listens) listen(Object.fromEntries(KINDS.map((kind) => [kind, each(kind)])));
    heed.listens = true;
  }
  heeding.add(on);
  return () => heeding.delete(on);
}

/**
 * Fills `host` with a search box, the list and its pager.
 * `table`, `label` of the search; `filters()` gives more of the query ({unit, area}); `row(item)` the children of an
 * item's li, item = {key, entry, version, …}; `empty` and `nothing`: the texts without entries, and without a find;
 * `most` a page; `search` the first search; `drawn(found)` hears of every answer. Gives {refresh(), redraw(), first(), search(text), focus(key), element}.
 */
export function pagedList({ host, table, label, row, filters = () => ({}), empty, nothing = t("reg.list.nothing"), most = 50, search = "", drawn }) {
  const id = `list-${table}`;
  let [offset, asked, timer] = [0, 0, 0];
  let shown = null; // the last answer
  const input = make("input", { id: `${id}-search`, type: "search", autocomplete: "off", value: search });
  const count = make("p", { className: "hint", role: "status" });
  const fault = make("p", { className: "notice bad", role: "alert", hidden: true });
  const list = make("ul", { className: "entries", aria: { label: t("reg.list.results") } });
  const step = (name, way) => make("button", { type: "button", textContent: t(`reg.list.${name}`), onclick: () => turn(way) });
  const [back, on] = [step("back", -1), step("on", 1)];
  const pager = make("div", { className: "buttons pager", hidden: true }, back, on);
  host.replaceChildren(make("p", { className: "search" }, make("label", { htmlFor: input.id, textContent: label }), input), count, fault, list, pager);

  const read = async () => {
    const number = ++asked;
    try {
      const found = await find(table, { search: input.value.trim(), offset, limit: most, ...filters() });
      if (number !== asked) return;
      if (!found.entries.length && offset && found.total) {
        offset = Math.floor((found.total - 1) / most) * most;
        return await read();
      }
      say(fault, "");
      draw(found);
      drawn?.(found);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (number === asked) say(fault, problem.text);
    }
  };
  const turn = async (way) => {
    offset = Math.max(0, offset + way * most);
    await read();
    if (document.activeElement?.disabled !== false) (way > 0 ? back : on).focus();
    list.scrollIntoView({ block: "nearest" });
  };
  const draw = (found, anew = false) => {
    shown = found;
    const held = new Map([...list.children].map((one) => [one.dataset.key, one]));
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const at = focused ? { key: focused.closest("li").dataset.key, does: focused.dataset.does, place: [...list.children].indexOf(focused.closest("li")) } : null;
    const rows = found.entries.map((one) => {
      const [key, as] = [JSON.stringify(one.key), JSON.stringify(one)];
      const there = held.get(key);
      if (!anew && there?.dataset.as === as) return there;
      return make("li", { className: "person", data: { key, as } }, ...[row(one)].flat());
    });
    place(list, rows);
    if (at && document.activeElement !== focused) refocus(at, rows);
    const text = input.value.trim() ? nothing : empty;
    const [first, last] = [offset + 1, offset + found.entries.length];
    count.textContent = found.total ? t(found.total > most ? "reg.list.part" : "reg.list.total", { first, last, total: found.total }) : text;
    pager.hidden = found.total <= most;
    back.disabled = offset === 0;
    on.disabled = last >= found.total;
  };
  const refocus = ({ key, does, place }, rows) => {
    const row = rows.find((one) => one.dataset.key === key) ?? rows[Math.min(place, rows.length - 1)];
    (row?.querySelector(`[data-does="${does}"]`) ?? row?.querySelector("button, a") ?? input).focus();
  };
  const first = () => {
    offset = 0;
    return read();
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(first, WAIT);
  });
  const fresh = gathered(read);
  heed({ roster: fresh, anew: fresh });
  read();
  return {
    refresh: read,
    redraw: () => shown && draw(shown, true),
    first,
    element: list,
    search: (text) => {
      input.value = text;
      return first();
    },
    focus: (key) => ([...list.children].find((one) => one.dataset.key === JSON.stringify(key))?.querySelector("button, a") ?? input).focus(),
  };
}

/** Make these the children of a list, and move none that stands where it shall. */
function place(list, rows) {
  const wanted = new Set(rows);
  for (const one of [...list.children]) if (!wanted.has(one)) one.remove();
  rows.forEach((one, index) => {
    if (list.children[index] !== one) list.insertBefore(one, list.children[index] ?? null);
  });
}
