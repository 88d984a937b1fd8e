// Logging in: the password goes to the API, which answers with the cookie of the session.
import { ask, byId, Problem, say, t } from "./core.js";

const form = byId("login");

/** Where the person was going: an address of ours, and no other site's. */
function goal() {
  const wanted = new URLSearchParams(location.search).get("next") ?? "/";
  const meant = new URL(wanted, location.origin);
  return meant.origin === location.origin ? meant.pathname + meant.search : "/";
}

function words(problem) {
  if (problem.status === 401) return t("login.wrong");
  if (problem.status === 429) return t("login.wait", { seconds: problem.body.wait });
  return problem.text;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  say(byId("fault"), "");
  const { username, password } = form.elements;
  try {
    await ask("POST", "/api/session", { username: username.value.trim(), password: password.value });
    location.assign(goal());
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(byId("fault"), words(problem));
    password.select();
  }
});
byId("username").focus();
