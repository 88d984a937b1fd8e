// Entries of the register as the server finds them, and the names of what they refer to.
// Rules: names come along with what is read; only one that never came is asked for, alone.
import { ask } from "./core.js";

const FEW = 12; // entries of one answer, where one is looked for
const known = new Map(); // "table id": name, of what any answer told

/** Read a part of a table: {total, entries, names}. `query` as the address has it. */
export async function find(table, query) {
  const asked = new URLSearchParams({ table });
  for (const [name, value] of Object.entries(query)) if (value || value === 0) asked.set(name, value);
  const found = await ask("GET", `/api/register/entries?${asked}`);
  for (const [kind, names] of Object.entries(found.names ?? {})) {
    for (const [id, name] of Object.entries(names)) known.set(`${kind} ${id}`, name);
  }
  for (const { key, entry } of found.entries) if (key.length === 1) known.set(`${table} ${key[0]}`, entry.name);
  return found;
}

/** What stands under an id {key, entry, version, …}, null: nothing. The server puts a whole id first. */
export async function standing(table, id) {
  const { entries } = await find(table, { search: id, limit: FEW });
  return entries.find(({ key }) => key[0] === id) ?? null;
}

/** The name of an id, or the id until it is known; `then` is called when it became known. */
export function nameOf(table, id, then) {
  const key = `${table} ${id}`;
  if (!known.has(key)) {
    known.set(key, id);
    standing(table, id).then((one) => one && then(), () => known.delete(key));
  }
  return known.get(key);
}

/** A text of the server that tells slots by their unit's id, with the names of units that are known. */
export function unitsNamed(text) {
  if (!/\d{4}-\d\d-\d\d/.test(text)) return text;
  return text.replace(/[^\s,;:]+/g, (word) => known.get(`unit ${word}`) ?? word);
}
