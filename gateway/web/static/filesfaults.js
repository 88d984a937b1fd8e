// What is wrong with a roster file, as a table with lines, in the words of the page's language.
// Rules: the server tells it in English; a message that is not known here is shown as it came, never dropped.
import { language, make, t } from "./core.js";
import { number } from "./fileschanges.js";
import { lineOf } from "./filestext.js";
import { inWords } from "./registerfaults.js";

export const FAULTS_MOST = 1000; // rows of a table that a browser draws at once

const KNOWN = [
  [/^'(?<name>.*)' is not in this file and would be deleted, but is assigned here: (?<slot>.*)$/, "assigned"],
  [/^(?<slot>.*) is past and cannot be altered: (?<people>.*) stood there$/, "past"],
  [/^'(?<name>.*)' is no shift of (?<unit>.*); its shifts: (?<allowed>.*)$/, "shift"],
  [/^(?<date>\S+) is a \w+, when (?<shift>.*) does not begin; its days: (?<allowed>.*)$/, "day"],
  [/^'(?<name>.*)' may not be scheduled at (?<unit>\S+) \(.*\); units of .*: (?<allowed>.*)$/, "untied"],
  [/^'(?<name>.*)' is no table; allowed: (?<allowed>.*)$/, "table"],
  [/^unknown table; allowed: (?<allowed>.*)$/, "table.unknown"],
  [/^unknown key \(did you mean (?<near>.*)\?\); allowed: (?<allowed>.*)$/, "key.near"],
  [/^unknown key; allowed: (?<allowed>.*)$/, "key"],
  [/^unknown columns: (?<names>.*); allowed: (?<allowed>.*)$/, "columns"],
  [/^must name the columns/, "columns.none"],
  [/^names a column twice$/, "columns.twice"],
  [/^has (?<cells>\d+) cells; the first line names (?<columns>\d+)$/, "cells"],
  [/^is no TOML: (?<why>.*)$/, "toml"],
  [/^is no CSV: (?<why>.*)$/, "csv"],
  [/^(?<what>.*) stands in (?<place>line \d+|\w+\[\d+\]) already$/, "twice"],
  [/^must be true or false/, "truth"],
  [/^must be a text in quotes$/, "text"],
  [/^must be an array/, "array"],
  [/^is longer than (?<count>[\d,]+) characters$/, "long"],
  [/^has (?<count>[\d,]+) entries; allowed in a TOML file: (?<most>[\d,]+)$/, "many"],
  [/^(?<value>.*) is not allowed; allowed: (?<allowed>.*)$/, "allowed"],
];

/** {text, lang}: `lang` is that of the text. */
function inOurs(message) {
  const text = inWords(message);
  if (text !== message) return { text, lang: language };
  for (const [shape, key] of KNOWN) {
    const found = shape.exec(message);
    if (found) return { text: t(`file.why.${key}`, found.groups), lang: language };
  }
  return { text: message, lang: "en" };
}

/** The faults with their lines; `text` is the file's. */
export function faultsTable(errors, format, text) {
  const head = ["line", "path", "message"].map((one) => make("th", { scope: "col", textContent: t(`file.fault.${one}`) }));
  const rows = errors.slice(0, FAULTS_MOST).map(({ path, message }) => {
    const line = lineOf(path, format, text);
    const said = inOurs(message);
    return make(
      "tr",
      {},
      make("td", { className: "line", textContent: line === null ? "–" : number(line) }),
      make("td", { className: "place", textContent: path.replace(/^line \d+[.,]?\s*/, "") || "–" }),
      make("td", { lang: said.lang, textContent: said.text }),
    );
  });
  return make("table", { className: "faults" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}
