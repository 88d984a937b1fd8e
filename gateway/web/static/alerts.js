// The board of alerts. Rules: red is what nobody answered while it lasted, yellow what nobody could confirm.
import { ask, byId, clock, make, say, t } from "./core.js";
import { steps } from "./timeline.js";
import { gathered, listen } from "./live.js";

const LAST = 100;
const POLL = 3000; // milliseconds: a new alert has no live event before its first outcome
const RED = new Set(["no_receiver", "failed", "expired"]);
const shown = new Set(); // alerts whose timeline is open on the page
const units = new Map(); // id: name

const read = gathered(async () => {
  const [all, open] = await Promise.all([
    ask("GET", `/api/alerts?limit=${LAST}`),
    ask("GET", `/api/alerts?limit=${LAST}&open_only=true`),
  ]);
  draw(byId("open"), open);
  draw(byId("closed"), all.filter((one) => !one.open));
  say(byId("line"), "");
});

function colour(one) {
  if (one.open || RED.has(one.status)) return "empty";
  return one.status === "unconfirmed" ? "thin" : "covered";
}

function draw(list, alerts) {
  const focused = document.activeElement?.closest?.("[data-alert]")?.dataset.alert;
  list.replaceChildren(...(alerts.length ? alerts.map(item) : [make("li", { className: "hint", textContent: t("alerts.none") })]));
  if (focused) list.querySelector(`[data-alert="${focused}"] summary`)?.focus();
}

function item(one) {
  const priority = one.priority === null ? t("alerts.nopriority") : t("alerts.priority", { priority: one.priority });
  const kind = one.kind ? t(`kind.${one.kind}`) : "";
  const facts = [kind, units.get(one.unit) ?? one.unit, one.role ? t(one.role) : "", priority, one.case ? t("alerts.case", { case: one.case }) : ""];
  return make(
    "li",
    { className: `alert ${colour(one)}`, data: { alert: one.alert } },
    make(
      "p",
      {},
      make("span", { className: `state ${colour(one)}`, textContent: t(`status.${one.status}`) }),
      make("time", { dateTime: one.accepted_at, textContent: ` ${clock(one.accepted_at)}` }),
    ),
    make("p", { textContent: facts.filter(Boolean).join(" · ") }),
    make("p", { textContent: t("alerts.paged", { people: one.receivers.join(", ") || t("nobody") }) }),
    timeline(one.alert),
  );
}

function timeline(alert) {
  const lines = make("ol", { className: "timeline" });
  const box = make("details", { open: shown.has(alert) }, make("summary", { textContent: t("alerts.show") }), lines);
  const fill = async () => {
    const told = await ask("GET", `/api/alerts/${encodeURIComponent(alert)}`);
    lines.replaceChildren(...steps(told));
  };
  box.addEventListener("toggle", () => {
    if (!box.open) return shown.delete(alert);
    shown.add(alert);
    return fill();
  });
  return box;
}

listen({ outcome: read, anew: read });
setInterval(read, POLL);
for (const area of await ask("GET", "/api/roster/areas")) {
  for (const unit of area.units) units.set(unit.id, unit.name);
}
read();
