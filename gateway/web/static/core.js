// What every module stands on: words, requests, elements, times.
// Rules: text goes in as text, never as markup; a request that finds nobody logged in leads to the log-in, unless
// something is being written: that stays, and can be saved once one has logged in in another tab.

const said = JSON.parse(document.body.dataset.words);
export const language = document.documentElement.lang;

/** The text of a key, with its {places} filled in. */
export function t(key, places = {}) {
  const text = said[`js.${key}`] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
}

/** A refused request: `status` (0: no answer) and the problem that the server told. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? t("unreachable"));
    this.status = status;
    this.body = body ?? {};
  }
  get text() {
    const places = (this.body.errors ?? []).map((one) => `${one.path} ${one.message}`.trim());
    return t("failed", { why: [this.message, ...places].join("; ") });
  }
}

let quitting = false; // by one's own wish: the end of the session is no surprise then

/** Nobody is logged in any more: to the log-in and back to here, or the words for it where a form is open. */
export function leave() {
  const goal = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  if (!quitting && !document.querySelector("dialog[open]")) location.assign(goal);
}

/** End the session, and go to the log-in. */
export async function logOut() {
  quitting = true;
  try {
    await ask("DELETE", "/api/session");
  } finally {
    location.assign("/login");
  }
}

async function send(method, path, body) {
  const headers = { "X-CSRF-Token": document.body.dataset.csrf, "Accept-Language": language };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem(0);
  }
}

/** After a log-in in another tab the token is another one. Gives whether it was. */
async function renewed() {
  const answer = await send("GET", "/api/session");
  const csrf = answer.ok ? (await answer.json()).csrf : document.body.dataset.csrf;
  if (csrf === document.body.dataset.csrf) return false;
  document.body.dataset.csrf = csrf;
  return true;
}

/** Ask the API; gives the JSON, raises Problem. */
export async function ask(method, path, body) {
  let answer = await send(method, path, body);
  if (answer.status === 403 && method !== "GET" && (await renewed())) answer = await send(method, path, body);
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => undefined);
  if (answer.status === 401 && path !== "/api/session") {
    leave();
    throw new Problem(401, { ...told, detail: t("loggedout") });
  }
  if (!answer.ok) throw new Problem(answer.status, told);
  return told;
}

export const byId = (id) => document.getElementById(id);

/** An element with properties, data and children. */
export function make(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children.filter((one) => one !== null && one !== undefined));
  return made;
}

/** Show or hide an element with a text. */
export function say(element, text) {
  element.textContent = text;
  element.hidden = !text;
}

const locale = language === "sv" ? "sv-SE" : "en-GB";
const zone = document.body.dataset.timezone; // in which every shift is written
const shape = (options, utc) => new Intl.DateTimeFormat(locale, { timeZone: utc ? "UTC" : zone, ...options });

/** hh:mm, or hh:mm:ss, with the date if it is not today. */
export function clock(instant, seconds = false) {
  const when = new Date(instant);
  const today = shape({ dateStyle: "short" }).format(new Date()) === shape({ dateStyle: "short" }).format(when);
  const time = shape({ hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined }).format(when);
  return today ? time : `${shape({ day: "numeric", month: "short" }).format(when)} ${time}`;
}

/** The date of an instant, with its year. */
export const onDate = (instant) => shape({ dateStyle: "medium" }).format(new Date(instant));

/** A date YYYY-MM-DD in words. */
export function day(date, options = { weekday: "long", day: "numeric", month: "long" }) {
  return shape(options, true).format(new Date(`${date}T00:00:00Z`));
}

/** A date so many days later. */
export function later(date, days) {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** Days since Monday. */
export const weekday = (date) => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

export const names = (people) => people.map((one) => one.name).join(", ") || t("nobody");
