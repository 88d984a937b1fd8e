// On every page: logging out.
import { ask, byId } from "./core.js";

byId("logout")?.addEventListener("click", async () => {
  try {
    await ask("DELETE", "/api/session");
  } finally {
    location.assign("/login");
  }
});
