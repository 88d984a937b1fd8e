// Dragging a person onto a zone: native drag and drop for the mouse, pointer events for touch and pen.
// Rules: a way beside the buttons, never the only one. What can be dragged is an element with data-person and
// data-from; a zone has data-zone. On the middle of a person one takes the place, above or below it one stands
// before or after. The page draws anew after a drop, so everything is heard at the document.
import { t } from "./core.js";

const ZONE = "[data-zone]";
const PERSON = "[data-person]";
const EDGE = 80; // pixels at the top and bottom of the window at which a finger scrolls the page
const SPEED = 10; // pixels of that, each frame
const PLACE = [0.25, 0.75]; // the part of a person that stands for the place

let dragged = null; // { person, from }, while a drag is under way
let pressed = false; // the mouse's button is down on a person: a drag or a click may come of it
let page; // dropped({ person, from, zone, before, onto }), takes(dragged, zone, person), ended()

const taken = (element) => ({ person: element.dataset.person, from: element.dataset.from });

/** Where in the zone the pointer stands: on somebody's place, before somebody, or (both null) at the end. */
function aim(zone, y) {
  for (const element of zone.querySelectorAll(PERSON)) {
    const box = element.getBoundingClientRect();
    const part = (y - box.top) / box.height;
    const { person } = element.dataset;
    const place = part > PLACE[0] && part < PLACE[1];
    if (place && page.takes(dragged, zone.dataset.zone, person)) return { element, before: null, onto: person };
    if (part < 0.5) return { element, before: person, onto: null };
  }
  return { element: null, before: null, onto: null };
}

/** Show what a drop would do. */
function mark(zone, y) {
  for (const one of document.querySelectorAll(".over, .over-place, .over-before")) {
    one.classList.remove("over", "over-place", "over-before");
  }
  if (!zone) return;
  zone.classList.add("over");
  const { element, onto } = aim(zone, y);
  if (!element) return;
  element.classList.add(onto === null ? "over-before" : "over-place");
  element.dataset.swap = t("swap", { name: element.querySelector(".name").textContent });
}

function end() {
  dragged = null;
  pressed = false;
  mark(null);
  page.ended();
}

/** Whether somebody is being dragged: what is drawn anew now would fall from the hand. */
export const underWay = () => dragged !== null || pressed;

function drop(zone, y) {
  const { before, onto } = aim(zone, y);
  const told = { ...dragged, zone: zone.dataset.zone, before, onto };
  end();
  page.dropped(told);
}

/** Begin to hear drags. */
export function dragging(rules) {
  page = rules;
  mouse();
  touch();
}

function mouse() {
  document.addEventListener("pointerdown", (event) => {
    pressed = event.pointerType === "mouse" && event.button === 0 && Boolean(event.target.closest?.(PERSON));
  });
  document.addEventListener("pointerup", () => {
    if (!pressed) return;
    pressed = false;
    setTimeout(page.ended); // the click comes first, to the button that was pressed
  });
  document.addEventListener("dragstart", (event) => {
    const found = event.target.closest?.(PERSON);
    if (!found) return;
    dragged = taken(found);
    event.dataTransfer.setData("text/plain", found.dataset.person);
    event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragover", (event) => {
    const zone = dragged && event.target.closest?.(ZONE);
    mark(zone, event.clientY);
    if (zone) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const zone = dragged && event.target.closest?.(ZONE);
    if (!zone) return;
    event.preventDefault();
    drop(zone, event.clientY);
  });
  document.addEventListener("dragend", end);
}

function touch() {
  let ghost = null;
  let at = null; // where the finger is
  const under = () => document.elementFromPoint(at.x, at.y)?.closest(ZONE);
  const stop = () => {
    ghost?.remove();
    ghost = null;
  };
  const scroll = () => {
    if (!ghost) return;
    const way = at.y < EDGE ? -1 : at.y > innerHeight - EDGE ? 1 : 0;
    if (way) {
      scrollBy(0, way * SPEED);
      mark(under(), at.y);
    }
    requestAnimationFrame(scroll);
  };
  const follow = (event) => {
    at = { x: event.clientX, y: event.clientY };
    ghost.style.translate = `${at.x}px ${at.y}px`;
  };
  document.addEventListener("pointerdown", (event) => {
    const found = event.pointerType !== "mouse" && event.target.closest?.(".handle")?.closest(PERSON);
    if (!found || ghost) return;
    event.preventDefault();
    dragged = taken(found);
    ghost = document.createElement("div");
    ghost.className = "ghost";
    ghost.textContent = found.querySelector(".name").textContent;
    document.body.append(ghost);
    follow(event);
    scroll();
  });
  document.addEventListener("pointermove", (event) => {
    if (!ghost) return;
    follow(event);
    mark(under(), at.y);
  });
  document.addEventListener("pointerup", () => {
    if (!ghost) return;
    const zone = under();
    stop();
    if (zone) drop(zone, at.y);
    else end();
  });
  // A native drag cancels the mouse's pointer too.
  document.addEventListener("pointercancel", () => {
    if (!ghost) return;
    stop();
    end();
  });
}
