// An entry that somebody else changed while one was at it: what stands now, and what becomes of one's own.
// Rules: a field that was not touched here takes over what stands; one that was keeps what was typed, and what
// the other wrote stands beside it. So the change that is made all the same is one's own, and nothing more.
import { clock, t } from "./core.js";

export const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Who did something, in words, and when. */
export const byWhom = (told) => ({
  who: told.by_name ?? (told.by === "import" ? t("import") : told.by) ?? t("somebody"),
  time: told.at ? clock(told.at) : "",
});

/** Take over what stands now; `base`, by key, is what was read. Gives lines that say what is different. */
export function takeOver(fields, base, stands) {
  const apart = [];
  for (const one of fields) {
    one.fault([]);
    const [now, mine, read] = [one.written(stands[one.key]), one.value(), base[one.key]];
    base[one.key] = now;
    if (same(now, mine) || same(now, read)) continue;
    const untouched = same(mine, read);
    if (untouched) one.set(now);
    apart.push(t(untouched ? "reg.stale.took" : "reg.stale.differs", { label: one.label, value: one.shown(now) }));
    one.note(t("reg.stale.stands", { value: one.shown(now) }));
  }
  return apart;
}
