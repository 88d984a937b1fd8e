// A roster file as text: reading it, guessing its format, finding the line of an entry.
// Rules: what is no UTF-8 is read as Windows-1252, which spreadsheets of the region write, and that is said; a line
// that cannot be found for certain is not told.

/** {text, utf8, windows}: whether it is UTF-8 as it lies there; `windows` if it was no Unicode. */
export async function readText(file) {
  const octets = new Uint8Array(await file.arrayBuffer());
  const wide = (octets[0] === 0xff && octets[1] === 0xfe && "utf-16le") || (octets[0] === 0xfe && octets[1] === 0xff && "utf-16be");
  try {
    return { text: new TextDecoder(wide || "utf-8", { fatal: true }).decode(octets), utf8: !wide, windows: false };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(octets), utf8: false, windows: true };
  }
}

/** "csv" or "toml", by the name, else by what stands in it. */
export function guessed(name, text) {
  const end = /\.(csv|toml|txt|tsv)$/i.exec(name)?.[1].toLowerCase();
  if (end === "toml" || end === "csv") return end;
  return /^\s*(#|\[)/.test(text) ? "toml" : "csv";
}

/** The line of a fault's place: "line 3.number", "line 3, column 5", or of TOML "receiver[2].number". Null: unknown. */
export function lineOf(path, format, text) {
  const told = /^line (\d+)/.exec(path);
  if (told) return Number(told[1]);
  const found = /^(\w+)\[(\d+)\](?:\.(\w+))?/.exec(path);
  if (format !== "toml" || !found) return null;
  const [, table, index, key] = found;
  const lines = tomlLines(text);
  const head = new RegExp(`^\\s*\\[\\[\\s*${table}\\s*\\]\\]`);
  const at = lines.flatMap((line, place) => (head.test(line) ? [place] : []))[Number(index)];
  if (at === undefined) return null;
  if (key) {
    for (let place = at + 1; place < lines.length && !/^\s*\[/.test(lines[place]); place++) {
      if (new RegExp(`^\\s*"?${key}"?\\s*=`).test(lines[place])) return place + 1;
    }
  }
  return at + 1;
}

let split = { text: null, lines: [] };

/** The lines of the text, split once for all faults of it. */
function tomlLines(text) {
  if (split.text !== text) split = { text, lines: text.split("\n") };
  return split.lines;
}

/** Octets in words. */
export function inSize(octets, language) {
  const [value, unit] = octets < 1e6 ? [octets / 1e3, "kilobyte"] : [octets / 1e6, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}
