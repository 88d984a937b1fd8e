// Importing and exporting the roster as a file.
// Rules: a file is previewed as soon as it is chosen, and imported only as it was previewed: if the roster changed
// so that it would do something else, the server refuses and the new preview is shown. What would be removed is
// asked for. An answer to an older question is dropped.
import { ask, byId, clock, language, make, Problem, say, t } from "./core.js";
import { question } from "./dialogs.js";
import { changesList, countsTable, inNumbers, number, title, totals } from "./fileschanges.js";
import { faultsTable, FAULTS_MOST } from "./filesfaults.js";
import { guessed, inSize, readText } from "./filestext.js";
import { download, MOST, upload } from "./filesupload.js";
import { listen } from "./live.js";

const IMPORT = "/api/register/import";
const NAMED = 20; // entries that the question before a removal names

const form = byId("import");
const go = byId("do");
const me = document.body.dataset.username;
let chosen = null; // {name, size, text, blob}: `blob` is what is sent
let preview = null; // what the server said of it
let asked = 0;
let busy = false;

const replace = () => form.elements.how.value === "replace";

/** Send the chosen file with what is asked of it. */
function send(options, turn) {
  const query = new URLSearchParams({ replace: replace(), ...options });
  return upload(`${IMPORT}?${query}`, chosen.blob, byId("format").value, sending(turn));
}

/** Take a file, whichever way it came. */
async function take(file) {
  if (!file || busy) return;
  forget();
  chosen = null;
  byId("settings").hidden = true;
  say(byId("encoding"), "");
  const size = inSize(file.size, language);
  byId("name").textContent = t("file.chosen", { name: file.name, size });
  if (file.size > MOST) return tooLarge(file);
  if (!file.size) return bad([t("file.empty", { name: file.name })]);
  try {
    const { text, utf8, windows } = await readText(file);
    chosen = { name: file.name, size: file.size, text, blob: utf8 ? file : new Blob([text]) };
    if (windows) say(byId("encoding"), t("file.windows"));
  } catch {
    return bad([t("file.unreadable", { name: file.name })]);
  }
  byId("format").value = guessed(file.name, chosen.text);
  byId("settings").hidden = false;
  await look();
}

/** Ask what the file would change. `note` is said above the answer. */
async function look(note = "") {
  if (!chosen || busy) return;
  const turn = ++asked;
  forget();
  await working(async () => {
    const told = await send({ preview: true }, turn);
    if (turn !== asked) return;
    preview = told;
    shown(note);
  }, turn);
}

/** Do some work with the progress shown; what fails is told in its place. */
async function working(work, turn) {
  progress(0, t("file.sending", { percent: 0 }));
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (turn === asked) refused(problem);
  } finally {
    if (turn === asked) byId("going").hidden = true;
  }
}

const sending = (turn) => (share) => {
  if (turn !== asked) return;
  if (share < 1) progress(share, t("file.sending", { percent: Math.floor(share * 100) }));
  else progress(null, t("file.sent"));
};

function progress(share, text) {
  byId("going").hidden = false;
  const bar = byId("bar");
  if (share === null) bar.removeAttribute("value");
  else bar.value = share;
  byId("stage").textContent = text;
}

function forget() {
  preview = null;
  go.hidden = true;
  say(byId("imported"), "");
  byId("result").replaceChildren();
  byId("preview").hidden = true;
}

const present = (...nodes) => {
  byId("result").replaceChildren(...nodes.filter(Boolean));
  byId("preview").hidden = false;
};

const bad = (texts, ...more) => present(...texts.map((text) => make("p", { className: "notice bad", role: "alert", textContent: text })), ...more);

function tooLarge(file) {
  chosen = null;
  byId("settings").hidden = true;
  const sizes = { name: file.name, size: inSize(file.size, language), most: inSize(MOST, language) };
  bad([t("file.large", sizes)], make("p", {}, make("code", { textContent: `bakjour roster import ${file.name} --dry-run` })));
}

function shown(note) {
  const { count, counts, lines } = preview;
  const all = totals(counts);
  const told = note ? make("p", { className: "notice bad", role: "alert", textContent: note }) : null;
  if (!count) return present(told, make("p", { className: "notice", role: "status", textContent: t("file.same") }));
  const name = lines.length < count ? t("file.lines.part", inNumbers({ shown: lines.length, count })) : t("file.lines");
  const scrolled = make("div", { className: "scrolled", tabIndex: 0, role: "region", aria: { label: name } }, changesList(lines));
  present(
    told,
    make("p", { role: "status" }, make("strong", { textContent: t("file.count", inNumbers({ count, ...all })) })),
    countsTable(counts),
    make("h3", { textContent: name }),
    scrolled,
  );
  go.hidden = false;
}

function refused(problem) {
  const errors = problem.body.errors ?? [];
  if (problem.status === 413) return tooLarge(chosen);
  if (problem.status !== 422 || !errors.length) {
    const again = make("button", { type: "button", textContent: t("file.again"), onclick: () => look() });
    return bad([problem.status === 0 ? t("failed", { why: problem.message }) : t("file.failed", { why: `${problem.message}.` })], make("p", {}, again));
  }
  const table = make("div", { className: "scrolled", tabIndex: 0, role: "region", aria: { label: t("file.fault.message") } });
  table.append(faultsTable(errors, byId("format").value, chosen.text));
  const part = errors.length > FAULTS_MOST ? make("p", { className: "hint", textContent: t("file.faults.part", { shown: number(FAULTS_MOST) }) }) : null;
  return bad([t("file.faults", { count: number(errors.length) })], part, table);
}

/** Import as previewed. `confirmed`: what is removed was agreed to. */
async function carryOut(confirmed) {
  const turn = ++asked;
  const { version } = preview;
  setBusy(true);
  let after = null;
  await working(async () => {
    try {
      const told = await send({ preview: false, confirmed, version }, turn);
      done(told);
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 0) after = t("file.lost");
      else if (problem instanceof Problem && problem.status === 409) after = t("file.changed", await lastChange());
      else throw problem;
    }
  }, turn);
  setBusy(false);
  if (after) await look(after);
}

function setBusy(now) {
  busy = now;
  for (const one of [go, byId("choose"), byId("format"), ...form.elements.how]) one.disabled = now;
}

/** Who changed something last, and when, from the record. */
async function lastChange() {
  const { rows } = await ask("GET", "/api/audit?limit=1");
  return { who: rows[0]?.who_name ?? rows[0]?.who ?? t("somebody"), time: rows[0] ? clock(rows[0].at) : "" };
}

function done(told) {
  forget();
  chosen = null;
  byId("file").value = "";
  byId("name").textContent = byId("name").dataset.empty;
  byId("settings").hidden = true;
  say(byId("encoding"), "");
  say(byId("imported"), t("file.imported", { time: clock(new Date()), ...inNumbers(totals(told.counts)) }));
  byId("imported").focus();
}

const writing = new Set(); // who imports right now: a preview, too, is read and checked, but writes nothing

/** How far this import is, or that of somebody else. */
function heard({ by, stage, done: far, total }) {
  const ended = stage === "done" || stage === "failed";
  const text = t(`file.stage.${stage}`);
  const amount = stage === "read" ? (octets) => inSize(octets, language) : number;
  const told = total ? t("file.stage", { stage: text, done: amount(far), total: amount(total) }) : text;
  if (by === me) {
    if (!ended && !byId("going").hidden) progress(total ? far / total : null, told);
  } else if (stage === "write") {
    writing.add(by);
    say(byId("other"), t("file.other", { who: by, stage: told }));
  } else if (ended && writing.delete(by)) {
    say(byId("other"), stage === "done" ? t("file.other.done", { who: by, time: clock(new Date()) }) : "");
  }
}

go.addEventListener("click", () => {
  const { remove } = totals(preview.counts);
  if (!remove) return carryOut(false);
  const gone = preview.lines.filter((one) => one.does === "remove").slice(0, NAMED);
  const rest = remove - gone.length;
  const items = gone.map((one) => make("li", { textContent: title(one) }));
  if (rest) items.push(make("li", { textContent: t("file.and", { names: "…", count: number(rest) }) }));
  let sure = false;
  return question({
    title: t("file.ask", { count: number(remove) }),
    text: t("file.ask.text"),
    more: [make("ul", { className: "places" }, ...items)],
    button: t("file.ask.do"),
    does: async () => {
      sure = true;
    },
    back: () => {
      if (sure) carryOut(true);
      return sure ? null : go;
    },
  });
});

byId("choose").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", () => take(byId("file").files[0]));
form.addEventListener("change", (event) => event.target !== byId("file") && look());
form.addEventListener("submit", (event) => event.preventDefault());
const drop = byId("drop");
for (const [kind, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", over);
    if (kind === "drop") take(event.dataTransfer.files[0]);
  });
}
for (const kind of ["toml", "csv"]) {
  byId(`export-${kind}`).addEventListener("click", async () => {
    const name = `roster.${kind}`;
    say(byId("export-fault"), "");
    byId("exported").textContent = t("file.exporting");
    try {
      await download(`/api/register/export?format=${kind}`, name);
      byId("exported").textContent = t("file.exported", { name });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      byId("exported").textContent = "";
      say(byId("export-fault"), problem.text);
    }
  });
}
listen({ import: heard, anew: () => say(byId("other"), "") });
