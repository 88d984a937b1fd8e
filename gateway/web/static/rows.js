// A list of rows that is drawn again whenever something changed, here or in another browser.
// Rules: a row that says the same keeps its element, so that focus and scroll stay; where the row with the focus was
// drawn anew or is gone, the focus goes to the same button of it, or of the row that took its place.
import { make } from "./core.js";

/** `items`: [{key, said, row()}]; `said` is all that the row shows. */
export function drawRows(list, items) {
  const held = new Map([...list.children].map((one) => [one.dataset.key, one]));
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const at = focused && { key: focused.closest("li").dataset.key, does: focused.dataset.does, place: [...list.children].indexOf(focused.closest("li")) };
  const rows = items.map(({ key, said, row }) => {
    const there = held.get(key);
    const as = JSON.stringify(said);
    return there?.dataset.as === as ? there : make("li", { className: "person", data: { key, as } }, ...row());
  });
  const wanted = new Set(rows);
  for (const one of [...list.children]) if (!wanted.has(one)) one.remove();
  rows.forEach((one, index) => list.children[index] !== one && list.insertBefore(one, list.children[index] ?? null));
  if (at && document.activeElement !== focused) {
    const row = rows.find((one) => one.dataset.key === at.key) ?? rows[Math.min(at.place, rows.length - 1)];
    (button(row, at.does) ?? row?.querySelector("button, a"))?.focus();
  }
}

/** The button of a row that does something. */
export const button = (row, does) => row?.querySelector(`[data-does="${does}"]`);

/** The row of a key. */
export const rowOf = (list, key) => [...list.children].find((one) => one.dataset.key === key);
