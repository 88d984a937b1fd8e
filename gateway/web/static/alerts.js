// The board of alerts: what is open, what became no alert, what is wrong with the gateway, and what ended.
// Rules: it follows the live events; a new alert or an end shows at once, without anybody asking for it.
import { ask, byId, make, say, t } from "./core.js";
import { makeClosing } from "./alertclose.js";
import { alertItem, refreshTimelines } from "./alertitem.js";
import { gathered, listen } from "./live.js";
import { readIgnored, readRefusals, readTroubles } from "./troubles.js";

const LAST = 100;
const MOST_OPEN = 1000;
const sums = { open: 0, refused: 0, troubles: 0 };
let self = null; // who is logged in, with the units that he or she may answer for

const close = makeClosing((words) => {
  byId("done").textContent = words;
  byId("open-name").focus();
  read();
});

const may = (one) => self.kind === "it" || (self.kind === "unit" && self.units.includes(one.unit));

const read = gathered(async () => {
  const [all, open] = await Promise.all([
    ask("GET", `/api/alerts?limit=${LAST}`),
    ask("GET", `/api/alerts?limit=${MOST_OPEN}&open_only=true`),
  ]);
  const closed = all.filter((one) => !one.open);
  draw(byId("open"), open);
  draw(byId("closed"), closed);
  sums.open = open.length;
  sum();
  await refreshTimelines(new Set([...open, ...closed].map((one) => one.alert)));
});

const readRefused = gathered(async () => {
  sums.refused = await readRefusals();
  sum();
});

const readAlarms = gathered(async () => {
  sums.troubles = await readTroubles();
  sum();
});

function sum() {
  const words = t("alerts.sum", sums);
  if (byId("sum").textContent !== words) byId("sum").textContent = words;
}

function draw(list, alerts) {
  const focused = document.activeElement;
  const { alert } = focused?.closest?.("[data-alert]")?.dataset ?? {};
  const within = list.contains(focused);
  const items = alerts.map((one) => alertItem(one, may(one) ? close : null));
  list.replaceChildren(...(items.length ? items : [make("li", { className: "hint", textContent: t("alerts.none") })]));
  if (!within || document.activeElement === focused) return;
  if (focused.isConnected) focused.focus();
  else {
    const item = list.querySelector(`[data-alert="${CSS.escape(alert ?? "")}"]`);
    const same = item?.querySelector(focused.dataset.act ? `[data-act="${focused.dataset.act}"]` : "summary");
    (same ?? document.querySelector(`[data-alert="${CSS.escape(alert ?? "")}"] summary`) ?? byId("open-name")).focus();
  }
}

function readAll() {
  say(byId("line"), "");
  read();
  readRefused();
  readAlarms();
}

byId("ignored-box").addEventListener("toggle", (event) => event.target.open && gathered(readIgnored, 0)());
self = await ask("GET", "/api/session");
listen({ alert: read, outcome: read, refusal: readRefused, alarm: readAlarms, anew: readAll });
readAll();
