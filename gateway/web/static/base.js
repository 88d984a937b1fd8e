// On every page: logging out, and another language for the same page, with all that its address says.
import { ask, byId } from "./core.js";

byId("logout")?.addEventListener("click", async () => {
  try {
    await ask("DELETE", "/api/session");
  } finally {
    location.assign("/login");
  }
});

byId("language").addEventListener("click", ({ currentTarget: link }) => {
  const goal = new URL(link.href);
  goal.searchParams.set("back", location.pathname + location.search);
  link.href = goal;
});
