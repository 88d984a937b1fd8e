// Who is paged now at the units of an area, and why: the answers of the one resolver, in its own words.
import { ask, byId, clock, language, make, Problem, say, t } from "./core.js";
import { choose } from "./choose.js";
import { gathered, listen } from "./live.js";

const AGAIN = 30_000; // milliseconds: a shift ends without an event
const ASKED = ["profession", "kind", "priority", "at"];
let area = null;
let unit = null;

const board = gathered(async () => {
  if (area === null) return;
  const asked = [area, unit];
  const told = await boardOf(...asked);
  if (asked[0] === area && asked[1] === unit) byId("board").replaceChildren(...told.units.map(ofUnit));
});

/** Of the whole area; where it has more units than one answer holds, of the chosen one. */
async function boardOf(area, unit) {
  try {
    return await ask("GET", `/api/board?${new URLSearchParams({ area })}`);
  } catch (problem) {
    if (problem.status !== 422) throw problem;
    return ask("GET", `/api/board?${new URLSearchParams({ unit })}`);
  }
}

function ofUnit(one) {
  return make("article", {}, make("h3", { textContent: one.name }), make("dl", {}, ...one.roles.flatMap(ofRole)));
}

function ofRole(role) {
  const people = role.receivers.map((one) =>
    make("li", { textContent: one.origin === "duty" ? one.name : `${one.name} (${t("fallback")})`, title: one.reason[language] }),
  );
  const state = !people.length ? "empty" : role.on_duty ? "covered" : "thin";
  const until = role.until ? ` ${t("until", { time: clock(role.until) })}` : "";
  const words = { empty: t("nobody.paged"), covered: t("onduty") + until, thin: t("fallback") }[state];
  return [
    make("dt", { textContent: t(role.role) }),
    make("dd", {}, make("span", { className: `state ${state}`, textContent: words }), people.length ? make("ol", {}, ...people) : null),
  ];
}

/** A wall time of the form goes as it is: the gateway reads it in its own zone. */
const why = gathered(async () => {
  if (unit === null) return;
  const asked = new URLSearchParams({ unit, profession: byId("profession").value, kind: byId("kind").value, priority: byId("priority").value });
  if (byId("at").value) asked.set("at", byId("at").value);
  faults([]);
  try {
    show(await ask("GET", `/api/who?${asked}`));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    byId("answer").replaceChildren();
    faults(problem.body.errors ?? [{ path: "", message: problem.text }]);
  }
}, 0);

/** Each fault beside its field; one of no field above the answer. */
function faults(found) {
  for (const name of ASKED) {
    const one = found.find((fault) => fault.path === name);
    say(byId(`${name}-fault`), one ? t("now.fault", { why: one.message }) : "");
    byId(name).setAttribute("aria-invalid", String(Boolean(one)));
  }
  const rest = found.filter((fault) => !ASKED.includes(fault.path));
  say(byId("fault"), rest.map((fault) => fault.message).join("; "));
}

function show(told) {
  const head = make("h3", { textContent: t("now.for", { unit: told.unit_name ?? told.unit, role: t(told.role), time: clock(told.at) }) });
  const silent = told.alerts ? null : make("p", { className: "notice", textContent: t("now.silent") });
  const none = told.alerts && !told.receivers.length ? make("p", { className: "notice bad", textContent: t("nobody.paged") }) : null;
  const people = make("ol", { className: "paged" }, ...told.receivers.map(ofReceiver));
  const steps = make("ol", { className: "reasons" }, ...told.steps.map((one) => make("li", { textContent: one[language] })));
  byId("answer").replaceChildren(
    ...[
      head,
      silent,
      none,
      ...(told.receivers.length ? [make("h4", { textContent: t("now.order") }), people] : []),
      make("h4", { textContent: t("now.steps") }),
      steps,
    ].filter(Boolean),
  );
}

function ofReceiver(one) {
  const duty = one.origin === "duty";
  const who = one.made_by === "import" ? t("import") : (one.made_by_name ?? one.made_by);
  const made = one.shift && one.made_at
    ? make("p", { className: "made", textContent: t("now.made", { shift: one.shift, date: one.date, who, time: clock(one.made_at) }) })
    : null;
  return make(
    "li",
    {},
    make(
      "p",
      {},
      make("strong", { textContent: one.name }),
      ` · ${[one.number, one.backup].filter(Boolean).join(", ")} `,
      make("span", { className: `state ${duty ? "covered" : "thin"}`, textContent: duty ? t("onduty") : t("fallback") }),
    ),
    ...one.reasons.map((reason) => make("p", { textContent: reason[language] })),
    made,
  );
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  why();
});
const again = () => {
  board();
  if (byId("answer").hasChildNodes()) why();
};
listen({ slot: again, roster: again, anew: again });
setInterval(board, AGAIN);
await choose((chosenUnit, chosenArea) => {
  if (chosenArea !== area) byId("board").replaceChildren();
  [unit, area] = [chosenUnit, chosenArea];
  board();
  why();
});
