// One alert of the board: its facts, its timeline, and for who may the buttons that close it.
// Rules: red is what is open and what nobody answered while it lasted, yellow what nobody could confirm. An item
// that has not changed stays the same element, so that focus and an open timeline stay too.
import { ask, clock, make, t } from "./core.js";
import { steps } from "./timeline.js";

const RED = new Set(["no_receiver", "failed", "expired"]);
const TECHNICAL = "bakjour";
const TEST = "bakjour/test";
const CALL = "espa444/";
const items = new Map(); // alert: {said, element, refresh}
const shown = new Set(); // alerts whose timeline is open on the page

function colour(one) {
  if (one.open || RED.has(one.status)) return "empty";
  return one.status === "unconfirmed" ? "thin" : "covered";
}

function what(one) {
  if (one.source === TECHNICAL) return t("alerts.technical");
  if (one.source === TEST) return t("alerts.test");
  if (one.source.startsWith(CALL)) return t("alerts.call", { line: one.source.slice(CALL.length) });
  return one.kind ? t(`kind.${one.kind}`) : "";
}

/** What an alert is, in a few words. */
export function named(one) {
  const unit = one.source === TECHNICAL ? "" : one.unit_name || t("alerts.unit.unknown");
  return [what(one), unit, one.role ? t(one.role) : ""].filter(Boolean).join(" · ");
}

/** The element of an alert; `close(alert, how)` is asked for by its buttons, null where one may not. */
export function alertItem(one, close) {
  const may = one.open && close !== null;
  const said = JSON.stringify([one, may]);
  const known = items.get(one.alert);
  if (known?.said === said) return known.element;
  const { box, refresh } = timeline(one.alert);
  const facts = [
    t("alerts.priority", { priority: one.priority }),
    one.profession ? t("alerts.profession", { profession: one.profession }) : "",
    one.case ? t("alerts.case", { case: one.case }) : "",
    t("alerts.paged", { people: one.receivers.join(", ") || t("nobody").toLowerCase() }),
  ];
  const element = make(
    "li",
    { className: `alert ${colour(one)}`, data: { alert: one.alert } },
    make(
      "p",
      {},
      make("span", { className: `state ${colour(one)}`, textContent: t(`status.${one.status}`) }),
      make("time", { dateTime: one.accepted_at, textContent: ` ${clock(one.accepted_at)}` }),
    ),
    make("p", { className: "alert-name", textContent: named(one) }),
    make("p", { textContent: facts.filter(Boolean).join(" · ") }),
    may ? make("p", { className: "buttons" }, button(one, "acknowledge", close), button(one, "cancel", close)) : null,
    box,
  );
  items.set(one.alert, { said, element, refresh });
  return element;
}

function button(one, how, close) {
  return make("button", {
    type: "button",
    textContent: t(`alerts.${how}`),
    aria: { label: t(`alerts.${how}.who`, { alert: `${named(one)}, ${clock(one.accepted_at)}` }) },
    data: { act: how },
    onclick: () => close(one, how),
  });
}

function timeline(alert) {
  const lines = make("ol", { className: "timeline" });
  const box = make("details", { open: shown.has(alert) }, make("summary", { textContent: t("alerts.show") }), lines);
  const refresh = async () => {
    if (!shown.has(alert)) return;
    const told = await ask("GET", `/api/alerts/${encodeURIComponent(alert)}`);
    lines.replaceChildren(...steps(told));
  };
  box.addEventListener("toggle", () => {
    if (box.open) shown.add(alert);
    else shown.delete(alert);
    return refresh();
  });
  return { box, refresh };
}

/** Read the open timelines anew, and forget what is on the page no longer. */
export async function refreshTimelines(present) {
  for (const alert of items.keys()) if (!present.has(alert)) items.delete(alert);
  await Promise.all([...items.values()].map((one) => one.refresh()));
}
