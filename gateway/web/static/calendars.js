// Calendar feeds of a unit and of its receivers: made, listed, revoked.
// Rules: a new address stays on the page until it is said to be kept, since nobody can read it again; a revoked
// one cannot come back, so it is asked first.
import { ask, byId, clock, make, Problem, say, t } from "./core.js";
import { choose } from "./choose.js";
import { copying } from "./clipboard.js";
import { gathered, listen } from "./live.js";

let unit = null;
const address = (rest = "") => `/api/roster/units/${encodeURIComponent(unit)}${rest}`;

const read = gathered(async () => {
  if (unit === null) return;
  const asked = unit;
  const told = await ask("GET", address());
  if (asked !== unit) return;
  byId("work").hidden = !told.may_schedule;
  say(byId("readonly"), told.may_schedule ? "" : t("calendars.readonly"));
  if (!told.may_schedule) return;
  const feeds = await ask("GET", address("/calendars"));
  if (asked !== unit) return;
  offer(told);
  list(feeds);
}, 30);

function offer(told) {
  const held = byId("whose").value;
  byId("whose").replaceChildren(
    new Option(t("calendars.unit", { name: told.name }), ""),
    ...told.receivers.map((one) => new Option(one.name, one.id)),
  );
  byId("whose").value = held;
  if (byId("whose").selectedIndex < 0) byId("whose").selectedIndex = 0;
}

const named = (feed) => (feed.unit ? t("calendars.of.unit") : (feed.receiver?.name ?? t("calendars.gone")));

function list(feeds) {
  const focused = document.activeElement?.dataset?.feed;
  const [good, revoked] = [feeds.filter((one) => !one.revoked_at), feeds.filter((one) => one.revoked_at)];
  const none = make("li", { className: "hint", textContent: t("calendars.none") });
  byId("good").replaceChildren(...(good.length ? good.map(ofFeed) : [none]));
  byId("revoked").replaceChildren(...revoked.map(ofFeed));
  byId("older").hidden = !revoked.length;
  byId("older-name").textContent = t("calendars.older", { count: revoked.length });
  if (focused) byId("good").querySelector(`[data-feed="${CSS.escape(focused)}"]`)?.focus();
}

function ofFeed(feed) {
  const who = feed.made_by_name ?? feed.made_by;
  const time = clock(feed.made_at);
  const state = feed.revoked_at
    ? make("span", { className: "state empty", textContent: t("calendars.revoked", { time: clock(feed.revoked_at) }) })
    : make("span", { className: "state covered", textContent: t("calendars.good") });
  const button = make("button", {
    type: "button",
    className: "cross",
    textContent: t("calendars.revoke"),
    aria: { label: t("calendars.revoke.who", { name: named(feed), time }) },
    data: { feed: feed.id },
    onclick: () => revoking(feed),
  });
  return make(
    "li",
    { className: "feed" },
    make(
      "div",
      {},
      make("p", { className: "name", textContent: named(feed) }),
      make("p", { className: "made", textContent: t("calendars.made", { who, time }) }),
    ),
    state,
    feed.revoked_at ? null : button,
  );
}

byId("make").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [receiver, name] = [byId("whose").value, byId("whose").selectedOptions[0].textContent];
  try {
    const made = await ask("POST", address("/calendars"), receiver ? { receiver } : {});
    say(byId("fault"), "");
    show(`${location.origin}${made.path}`, name);
    read();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(byId("fault"), problem.text);
  }
});

function show(made, name) {
  byId("address").value = made;
  byId("webcal").href = made.replace(/^https?:/, "webcal:");
  byId("new-for").textContent = name;
  say(byId("copied"), "");
  byId("new").hidden = false;
  byId("new-name").focus();
}

function hide() {
  byId("new").hidden = true;
  byId("address").value = "";
  byId("webcal").removeAttribute("href");
}

byId("done").addEventListener("click", () => {
  hide();
  byId("whose").focus();
});

function revoking(feed) {
  const dialog = byId("revoking");
  const name = named(feed);
  byId("revoking-text").textContent = t("calendars.revoke.text", { name });
  say(byId("revoking-fault"), "");
  byId("revoking-form").onsubmit = async (event) => {
    if (event.submitter?.value !== "do") return;
    event.preventDefault();
    try {
      await ask("DELETE", address(`/calendars/${feed.id}`));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      // 404: somebody else revoked it meanwhile, which is what was wanted.
      if (problem.status !== 404) return say(byId("revoking-fault"), problem.text);
    }
    dialog.close();
    say(byId("sign"), t("calendars.revoked.now", { name }));
    byId("list-name").focus();
    read();
  };
  dialog.showModal();
}

copying(byId("copy"), byId("address"), byId("copied"));
listen({ roster: read, anew: read });
await choose((chosen) => {
  unit = chosen;
  hide();
  say(byId("sign"), "");
  say(byId("fault"), "");
  read();
});
