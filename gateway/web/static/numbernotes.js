// What a phone number means, told at its field while one types: how it is read, and who has it already.
// Rules: the server reads it, by the same rules as when it is saved; a number that is not there yet is no fault
// before it is saved. A number that others have too is told and asked about, never refused.
import { ask, Problem, t } from "./core.js";

const WAIT = 300; // milliseconds after the last key

/** A number as the server reads it, null: it cannot be used (the form says why when it is saved). */
export async function readNumber(number, any, receiver) {
  if (!number) return null;
  try {
    return await ask("POST", "/api/register/number", { number, any_number: any, receiver: receiver || null });
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 422) throw problem;
    return null;
  }
}

/** In words: what it is, whether a line reaches it, who else has it, whether it must be proved anew. */
export function numberInWords(read, stood) {
  if (!read) return "";
  const same = read.same_number.map((one) => one.name).join(", ");
  return [
    t(`reading.${read.kind}`, { number: read.number }),
    read.served ? "" : t("reading.unserved"),
    same ? t("reading.same", { names: same }) : "",
    read.number === stood ? "" : t("reading.new"),
  ]
    .filter(Boolean)
    .join(" ");
}

/** For `changed` of a form: notes at `keys`; `receiver` is the id whose numbers `entry` holds, or null. */
export function numberNotes(keys, entry, receiver) {
  const last = {};
  let timer = 0;
  return ({ values, note }) => {
    const moved = keys.filter((key) => last[key] !== `${values[key]} ${values.any_number}`);
    for (const key of moved) {
      last[key] = `${values[key]} ${values.any_number}`;
      note(key, "");
    }
    if (!moved.length) return;
    clearTimeout(timer);
    timer = setTimeout(() => moved.forEach(tell), WAIT);
    async function tell(key) {
      const asked = last[key];
      const read = await readNumber(values[key], values.any_number, receiver).catch(() => null);
      if (asked === last[key]) note(key, numberInWords(read, entry?.[key]));
    }
  };
}

/** A text that asks whether to save numbers that others have too; null if there is nothing to ask. */
export async function askAboutSame(keys, values, entry, receiver) {
  const lines = [];
  for (const key of keys) {
    const read = await readNumber(values[key], values.any_number, receiver);
    if (!read?.same_number.length || read.number === entry?.[key]) continue;
    lines.push(t("reading.ask", { number: read.number, names: read.same_number.map((one) => one.name).join(", ") }));
  }
  return lines.join(" ") || null;
}
