// Test pages: a page marked TEST to a receiver of a unit, followed until it is answered.
// Rules: it pages a real device, so it is sent by one click on one named receiver and by nothing else.
import { ask, byId, make, Problem, t } from "./core.js";
import { choose } from "./choose.js";
import { gathered, listen } from "./live.js";
import { steps } from "./timeline.js";

const sent = new Map(); // receiver: what the last test to him has come to
let unit = null;
const address = (rest = "") => `/api/roster/units/${encodeURIComponent(unit)}${rest}`;

const read = gathered(async () => {
  if (unit === null) return;
  const asked = unit;
  const told = await ask("GET", address());
  for (const one of sent.values()) {
    if (one.alert) Object.assign(one, await ask("GET", `/api/alerts/${encodeURIComponent(one.alert)}`));
  }
  if (asked !== unit) return;
  const focused = document.activeElement?.dataset?.receiver;
  const items = told.receivers.map((one) => ofReceiver(one, told.may_schedule));
  byId("receivers").replaceChildren(
    ...(items.length ? items : [make("li", { className: "hint", textContent: t("noone.registered") })]),
  );
  byId("receivers").querySelector(`[data-receiver="${CSS.escape(focused ?? "")}"]`)?.focus();
});

function ofReceiver(one, may) {
  const state = { proved: "covered", failed: "empty" }[one.proof] ?? "thin";
  const button = make("button", {
    type: "button",
    textContent: t("test.send"),
    aria: { label: t("test.send.who", { name: one.name }) },
    data: { receiver: one.id },
    onclick: () => send(one.id),
  });
  const result = sent.get(one.id);
  return make(
    "li",
    { className: `alert ${state}` },
    make("p", {}, make("strong", { textContent: one.name }), ` · ${one.number}`),
    make("p", {}, make("span", { className: `state ${state}`, textContent: t(`proof.${one.proof}`) })),
    one.served ? null : make("p", { className: "notice bad", textContent: t("test.unserved") }),
    may && one.served ? make("p", {}, button) : null,
    result?.fault ? make("p", { className: "notice bad", textContent: result.fault }) : null,
    result?.timeline ? make("ol", { className: "timeline" }, ...steps(result)) : null,
  );
}

async function send(receiver) {
  try {
    sent.set(receiver, await ask("POST", address("/test-pages"), { receiver }));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    sent.set(receiver, { fault: problem.text });
  }
  read();
}

listen({ outcome: read, roster: read, anew: read });
await choose((chosen) => {
  unit = chosen;
  sent.clear();
  read();
});
