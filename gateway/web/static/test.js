// Test pages: a page marked TEST to a receiver of a unit or to whoever is on duty, followed until it is answered.
// Rules: it pages a real device, so it is sent by one click on one named receiver or role and by nothing else.
import { ask, byId, clock, make, Problem, say, t } from "./core.js";
import { choose } from "./choose.js";
import { gathered, listen } from "./live.js";
import { steps } from "./timeline.js";

const SOURCE = "bakjour/test";
const OPEN_MOST = 1000;
const ROLES = ["doctor", "nurse"];
const STATES = { proved: "covered", failed: "empty" };
const AGAIN = 30_000; // milliseconds: a shift ends without an event
const sent = new Map(); // receiver or role: what the last test page there has come to
let unit = null;
const address = (rest = "") => `/api/roster/units/${encodeURIComponent(unit)}${rest}`;

const read = gathered(async () => {
  if (unit === null) return;
  const asked = unit;
  const [told, board] = await Promise.all([ask("GET", address()), ask("GET", `/api/board?unit=${encodeURIComponent(asked)}`)]);
  await follow();
  if (asked !== unit) return;
  const focused = document.activeElement?.dataset?.key;
  const proved = told.receivers.filter((one) => one.proof === "proved").length;
  byId("count").textContent = told.receivers.length ? t("test.count", { proved, all: told.receivers.length }) : "";
  say(byId("readonly"), told.may_schedule ? "" : t("test.readonly"));
  byId("roles").replaceChildren(...ROLES.map((role) => ofRole(board.units[0].roles.find((one) => one.role === role), told.may_schedule)));
  const items = told.receivers.map((one) => ofReceiver(one, told.may_schedule));
  byId("receivers").replaceChildren(
    ...(items.length ? items : [make("li", { className: "hint", textContent: t("noone.registered") })]),
  );
  document.querySelector(`[data-key="${CSS.escape(focused ?? "")}"]`)?.focus();
});

/** What each test page that is shown has come to. */
async function follow() {
  const open = [...sent.values()].filter((one) => one.alert);
  await Promise.all(open.map(async (one) => Object.assign(one, await ask("GET", `/api/alerts/${encodeURIComponent(one.alert)}`))));
}

/** Test pages of the unit that are under way already: sent in another window, or before the page was loaded anew. */
async function takeUp() {
  const asked = unit;
  const alerts = await ask("GET", `/api/alerts?open_only=true&limit=${OPEN_MOST}`);
  const told = await ask("GET", `/api/roster/units/${encodeURIComponent(asked)}`);
  if (asked !== unit) return;
  for (const one of alerts.filter((found) => found.source === SOURCE && found.unit === asked).reverse()) {
    const receiver = told.receivers.find((found) => found.name === one.receivers[0]);
    const key = one.role ?? receiver?.id;
    if (key && !sent.has(key)) sent.set(key, { alert: one.alert });
  }
  if (sent.size) read();
}

function ofRole(role, may) {
  const people = role.receivers.filter((one) => one.origin === "duty");
  const body = people.length
    ? [make("ol", { className: "small" }, ...people.map((one) => make("li", { textContent: one.name })))]
    : [make("p", { className: "hint", textContent: t("test.nobody") })];
  const label = t("test.send.role", { role: t(role.role).toLowerCase() });
  return make(
    "li",
    { className: `alert ${people.length ? "covered" : "thin"}` },
    make("p", { className: "alert-name", textContent: t(role.role) }),
    ...body,
    may && people.length ? make("p", {}, button(role.role, { role: role.role }, label, label)) : null,
    ...result(role.role),
  );
}

function ofReceiver(one, may) {
  const state = STATES[one.proof] ?? "thin";
  const when = one.proof_at ? ` ${clock(one.proof_at)}` : "";
  return make(
    "li",
    { className: `alert ${state}`, data: { receiver: one.id } },
    make(
      "div",
      { className: "proof" },
      make("p", {}, make("strong", { textContent: one.name }), ` · ${one.number}`),
      make("span", { className: `state ${state}`, textContent: t(`proof.${one.proof}`) + when }),
      may && one.served
        ? button(one.id, { receiver: one.id }, t("test.send"), t("test.send.who", { name: one.name }))
        : null,
    ),
    one.served ? null : make("p", { className: "notice bad", textContent: t("test.unserved") }),
    ...result(one.id),
  );
}

function button(key, wish, textContent, label) {
  return make("button", { type: "button", textContent, aria: { label }, data: { key }, onclick: () => send(key, wish) });
}

function result(key) {
  const found = sent.get(key);
  if (!found) return [];
  if (found.fault) return [make("p", { className: "notice bad", role: "alert", textContent: found.fault })];
  if (!found.timeline) return [];
  const state = found.open ? "thin" : found.status === "acknowledged" ? "covered" : "empty";
  return [
    make(
      "p",
      { role: "status" },
      `${t("test.last", { time: clock(found.accepted_at) })}: `,
      make("span", { className: `state ${state}`, textContent: t(`status.${found.status}`) }),
    ),
    make("ol", { className: "timeline" }, ...steps(found)),
  ];
}

async function send(key, wish) {
  try {
    sent.set(key, await ask("POST", address("/test-pages"), wish));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    sent.set(key, { fault: problem.text });
  }
  read();
}

const started = gathered(takeUp, 0);
listen({ alert: read, outcome: read, roster: read, slot: read, anew: read });
setInterval(read, AGAIN);
await choose((chosen) => {
  unit = chosen;
  sent.clear();
  read();
  started();
});
