// On every page: logging out; the other pages behind a button where a phone has no room for them; another
// language for the same page, with all that its address says.
import { byId, logOut } from "./core.js";

const menu = byId("menu");
if (menu) {
  menu.hidden = false;
  menu.addEventListener("click", () => menu.setAttribute("aria-expanded", menu.ariaExpanded !== "true"));
}
byId("logout")?.addEventListener("click", () => {
  localStorage.removeItem("bakjour.unit"); // on a shared computer the next one begins with his own
  return logOut();
});

byId("language").addEventListener("click", ({ currentTarget: link }) => {
  const goal = new URL(link.href);
  goal.searchParams.set("back", location.pathname + location.search);
  link.href = goal;
});
