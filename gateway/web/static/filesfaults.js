// What is wrong with a roster file, as a table with lines. Rules: the words are the server's, in the page's language.
import { make, t } from "./core.js";
import { number } from "./fileschanges.js";
import { lineOf } from "./filestext.js";

export const FAULTS_MOST = 1000; // rows of a table that a browser draws at once

/** The faults with their lines; `text` is the file's. */
export function faultsTable(errors, format, text) {
  const head = ["line", "path", "message"].map((one) => make("th", { scope: "col", textContent: t(`file.fault.${one}`) }));
  const rows = errors.slice(0, FAULTS_MOST).map(({ path, message }) => {
    const line = lineOf(path, format, text);
    return make(
      "tr",
      {},
      make("td", { className: "line", data: { label: t("file.fault.line") }, textContent: line === null ? "–" : number(line) }),
      make("td", { className: "place", textContent: path.replace(/^line \d+[.,]?\s*/, "") || "–" }),
      make("td", { textContent: message }),
    );
  });
  return make("table", { className: "faults" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}
