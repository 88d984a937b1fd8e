// Reads the whole record through and shows what was found, and the head that is worth noting elsewhere.
import { ask, byId, make, Problem, say, t } from "./core.js";
import { copying } from "./clipboard.js";

async function verify() {
  const known = byId("known").value.trim();
  byId("head-box").hidden = true;
  byId("verdict").replaceChildren(make("p", { textContent: t("record.verifying") }));
  try {
    show(await ask("GET", `/api/audit/verify${known ? `?${new URLSearchParams({ known })}` : ""}`), known);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    byId("verdict").replaceChildren(make("p", { className: "notice bad", textContent: problem.text }));
  }
}

function show(told, known) {
  const word = told.sound ? (known ? "record.sound.known" : "record.sound") : "record.unsound";
  byId("verdict").replaceChildren(
    make("p", { className: told.sound ? "notice good" : "notice bad", textContent: t(word, told) }),
    ...(told.first > 1 ? [make("p", { className: "hint", textContent: t("record.pruned", told) })] : []),
    make("ul", {}, ...told.findings.map((one) => make("li", { textContent: one }))),
  );
  byId("head").value = told.head;
  byId("head-box").hidden = false;
  say(byId("copied"), "");
}

/** Make the form work. */
export function verifying() {
  byId("verify").addEventListener("submit", (event) => {
    event.preventDefault();
    verify();
  });
  copying(byId("copy-head"), byId("head"), byId("copied"));
}
