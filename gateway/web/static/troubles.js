// Events that became no alert, and the technical alarms that stand.
// Rules: a rejected event is red for a day, then it moves behind a heading; no value that was refused is shown.
import { ask, byId, clock, language, make, t } from "./core.js";

const LAST = 100;
const DAY = 24 * 3600 * 1000; // milliseconds

const first = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const none = (words) => make("li", { className: "hint", textContent: words });

function refusal(one) {
  const state = one.status === "rejected" ? "empty" : "neutral";
  const source = one.source ?? t("refused.unknown");
  const facts = [
    one.kind ? t(`kind.${one.kind}`) : "",
    one.unit ?? "",
    one.priority === null ? "" : t("alerts.priority", { priority: one.priority }),
    one.id ? t("refused.id", { id: one.id }) : "",
  ];
  return make(
    "li",
    { className: `alert ${state}` },
    make(
      "p",
      {},
      make("span", { className: `state ${state}`, textContent: t(`refused.${one.status}`) }),
      make("time", { dateTime: one.at, textContent: ` ${clock(one.at)}` }),
    ),
    make("p", { className: "alert-name", textContent: t("refused.from", { source, way: one.way }) }),
    ...one.why.map((reason) => make("p", { textContent: reason[language] })),
    facts.some(Boolean) ? make("p", { className: "made", textContent: facts.filter(Boolean).join(" · ") }) : null,
  );
}

function trouble(one) {
  const times = one.count > 1 ? ` · ${t("troubles.times", { count: one.count })}` : "";
  return make(
    "li",
    { className: "alert empty" },
    make("p", { className: "alert-name", textContent: first(one.said[language]) }),
    make("p", { className: "made", textContent: t("troubles.since", { time: clock(one.raised_at) }) + times }),
    make(
      "details",
      {},
      make("summary", { textContent: t("troubles.details") }),
      make("p", { lang: "en", textContent: `${one.key}: ${one.text}` }),
    ),
  );
}

/** Show the rejected events; gives how many came in the last day. */
export async function readRefusals() {
  const rejected = await ask("GET", `/api/refusals?limit=${LAST}&rejected_only=true`);
  const since = Date.now() - DAY;
  const recent = rejected.filter((one) => Date.parse(one.at) >= since);
  const older = rejected.slice(recent.length);
  byId("refused").replaceChildren(...(recent.length ? recent.map(refusal) : [none(t("refused.none"))]));
  byId("refused-older").replaceChildren(...older.map(refusal));
  byId("refused-older-box").hidden = !older.length;
  if (byId("ignored-box").open) await readIgnored();
  return recent.length;
}

/** Show what the criteria ignored; read when somebody wants to see it. */
export async function readIgnored() {
  const refused = await ask("GET", `/api/refusals?limit=${LAST}`);
  const ignored = refused.filter((one) => one.status !== "rejected");
  byId("ignored").replaceChildren(...(ignored.length ? ignored.map(refusal) : [none(t("alerts.none"))]));
}

/** Show the technical alarms that stand; gives how many. What was unfolded stays so. */
export async function readTroubles() {
  const standing = await ask("GET", "/api/alarms?standing_only=true");
  const list = byId("troubles");
  const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.textContent));
  list.replaceChildren(...(standing.length ? standing.map(trouble) : [none(t("troubles.none"))]));
  for (const one of list.querySelectorAll("details")) one.open = open.has(one.textContent);
  return standing.length;
}
