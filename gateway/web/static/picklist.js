// Picking entries of the register: those that were picked, in order, and a box that searches the rest.
// Rules: the server is asked while one types, and never for all of a table; of many that were picked SHOWN show
// at once. Works by keyboard as a combobox (WAI-ARIA): arrows, Enter, Escape; and by plain click and touch.
import { make, Problem, t } from "./core.js";
import { find, nameOf } from "./registernames.js";

const FOUND = 12; // entries that are offered at once
const SHOWN = 50; // picked ones that show before "show all"
const WAIT = 200; // milliseconds after the last key

/** The control of a field {table, ordered?, single?}; its value is a list of ids, or with `single` an id. */
export function picklist({ table, ordered = false, single = false }, { id, locked }) {
  let picked = [];
  let whole = false; // show every one that was picked
  const list = make(ordered ? "ol" : "ul", { className: "list picked" });
  const state = make("span", { className: "unseen", role: "status" });
  const search = searchBox(table, id, (one) => add(one.key[0]), () => picked, t(single ? "reg.pick.one" : "reg.pick.search"));
  const tell = () => list.dispatchEvent(new Event("input", { bubbles: true }));

  const draw = () => {
    const shown = whole ? picked : picked.slice(0, SHOWN);
    const rows = shown.map((one, at) => row(one, at));
    const rest = picked.length - shown.length;
    const more = make("button", { type: "button", textContent: t("reg.pick.all", { count: picked.length }), onclick: () => show() });
    list.replaceChildren(...rows, ...(rest > 0 ? [make("li", { className: "more" }, more)] : []));
    list.hidden = !picked.length;
    list.classList.toggle("many", picked.length > 6);
  };
  const show = () => {
    whole = true;
    draw();
  };
  const row = (one, at) => {
    const name = make("span", { className: "name", textContent: nameOf(table, one, draw) });
    const called = name.textContent;
    const act = (does, sign, work, off = false) =>
      make("button", { type: "button", textContent: sign, disabled: off, data: { does, of: one }, aria: { label: t(`reg.pick.${does}`, { name: called }) }, onclick: work });
    const acts = [
      ...(ordered ? [act("up", "↑", () => move(at, -1), at === 0), act("down", "↓", () => move(at, 1), at === picked.length - 1)] : []),
      ...(locked || single ? [] : [act("off", "✕", () => off(at))]),
    ];
    if (called !== one) name.append(make("span", { className: "hint", textContent: ` ${one}` }));
    return make("li", { className: "person" }, name, make("span", { className: "acts" }, ...acts));
  };
  const focusOn = (one, does) => {
    const button = [...list.querySelectorAll("button")].find((found) => found.dataset.of === one && found.dataset.does === does);
    if (button && !button.disabled) button.focus();
    else (list.querySelector(`[data-of="${CSS.escape(one ?? "")}"]:not(:disabled)`) ?? search.input).focus();
  };
  const changed = (text) => {
    draw();
    state.textContent = text;
    tell();
  };
  const add = (one) => {
    if (single) picked = [one];
    else if (!picked.includes(one)) picked.push(one);
    changed(t(single ? "reg.pick.chosen" : "reg.pick.added", { name: nameOf(table, one), place: picked.indexOf(one) + 1 }));
  };
  const off = (at) => {
    const [one] = picked.splice(at, 1);
    changed(t("reg.pick.gone", { name: nameOf(table, one) }));
    focusOn(picked[Math.min(at, picked.length - 1)], "off");
  };
  const move = (at, places) => {
    const [one] = picked.splice(at, 1);
    picked.splice(at + places, 0, one);
    changed(t("reg.pick.added", { name: nameOf(table, one), place: at + places + 1 }));
    focusOn(one, places < 0 ? "up" : "down");
  };
  const element = make("div", { className: "picking" }, list, locked ? null : search.element, state);
  return {
    element,
    group: true,
    value: () => (single ? picked[0] ?? null : [...picked]),
    set: (value) => {
      picked = [value ?? []].flat();
      draw();
    },
    focus: () => search.input.focus(),
    invalid: (bad) => (bad ? search.input.setAttribute("aria-invalid", "true") : search.input.removeAttribute("aria-invalid")),
    shown: (value) => [value ?? []].flat().map((one) => nameOf(table, one, () => {})).join(", ") || "–",
  };
}

/** A combobox that finds entries of a table, or what a function finds by {search, limit}; `taken(entry)` hears of a
 * choice. Gives {element, input}. */
export function searchBox(table, id, taken, without = () => [], label = t("reg.pick.search")) {
  const source = typeof table === "function" ? table : (query) => find(table, query);
  let [found, at, asked, timer] = [[], -1, 0, 0];
  const options = make("ul", { id: `${id}-options`, role: "listbox", className: "options", hidden: true, aria: { label } });
  const input = make("input", { id: `${id}-search`, type: "text", role: "combobox", autocomplete: "off", spellcheck: false });
  Object.entries({ expanded: "false", controls: options.id, autocomplete: "list" }).forEach(([name, value]) => input.setAttribute(`aria-${name}`, value));
  const none = make("p", { className: "hint", role: "status", hidden: true });

  const close = () => {
    [found, at] = [[], -1];
    asked += 1;
    options.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    none.hidden = true;
  };
  const point = (place) => {
    at = place;
    [...options.children].forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    if (at < 0) return;
    input.setAttribute("aria-activedescendant", options.children[at].id);
    options.children[at].scrollIntoView({ block: "nearest" });
  };
  const take = (one) => {
    input.value = "";
    close();
    taken(one);
    input.focus();
  };
  const draw = (told) => {
    const gone = without();
    found = told.entries.filter((one) => !gone.includes(one.key[0]));
    options.replaceChildren(...found.map((one, index) => option(one, index)));
    options.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    const left = told.total - told.entries.length;
    none.textContent = found.length ? (left > 0 ? t("reg.pick.more", { count: left }) : "") : t("reg.pick.nothing");
    none.hidden = !none.textContent;
    point(found.length ? 0 : -1);
    options.scrollIntoView({ block: "nearest" });
  };
  const option = (one, index) =>
    make(
      "li",
      { id: `${id}-option-${index}`, role: "option", onmousedown: (event) => event.preventDefault(), onclick: () => take(one) },
      make("span", { className: "name", textContent: one.entry.name }),
      make("span", { className: "hint", textContent: [one.key[0], one.entry.number].filter(Boolean).join(" · ") }),
    );
  const look = async () => {
    const number = ++asked;
    try {
      const told = await source({ search: input.value.trim(), limit: FOUND });
      if (number === asked) draw(told);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      none.textContent = problem.text;
      none.hidden = false;
    }
  };
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    close();
  });
  input.addEventListener("click", () => options.hidden && look());
  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return; // the form's own keys
    const open = !options.hidden;
    if (event.key === "ArrowDown") open ? point((at + 1) % found.length) : look();
    else if (event.key === "ArrowUp" && open) point((at - 1 + found.length) % found.length);
    else if (event.key === "Enter") open && at >= 0 && take(found[at]);
    else if (event.key === "Escape" && open) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const name = make("label", { htmlFor: input.id, textContent: label });
  return { element: make("div", { className: "search" }, name, make("div", { className: "combo" }, input, options), none), input };
}
