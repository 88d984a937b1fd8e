// Dragging a person onto a zone: native drag and drop for the mouse, pointer events for touch and pen.
// Rules: a way beside the buttons, never the only one. What can be dragged is an element with data-person and
// data-from; a zone has data-zone. The page draws anew after a drop, so everything is heard at the document.

const ZONE = "[data-zone]";
const PERSON = "[data-person]";
let dragged = null; // { person, from }, while a drag is under way

const taken = (element) => ({ person: element.dataset.person, from: element.dataset.from });

function mark(zone) {
  for (const one of document.querySelectorAll(".over")) one.classList.remove("over");
  zone?.classList.add("over");
}

/** Before whom in the zone the pointer stands; null: at the end. */
function before(zone, y) {
  for (const one of zone.querySelectorAll(PERSON)) {
    const box = one.getBoundingClientRect();
    if (y < box.top + box.height / 2) return one.dataset.person;
  }
  return null;
}

function end() {
  dragged = null;
  mark(null);
}

/** Call `dropped({ person, from, zone, before })` for every drop onto a zone. */
export function dragging(dropped) {
  const drop = (zone, y) => {
    const told = { ...dragged, zone: zone.dataset.zone, before: before(zone, y) };
    end();
    dropped(told);
  };
  mouse(drop);
  touch(drop);
}

function mouse(drop) {
  document.addEventListener("dragstart", (event) => {
    const found = event.target.closest?.(PERSON);
    if (!found) return;
    dragged = taken(found);
    event.dataTransfer.setData("text/plain", found.dataset.person);
    event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragover", (event) => {
    const zone = dragged && event.target.closest?.(ZONE);
    mark(zone);
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

function touch(drop) {
  let ghost = null;
  const under = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(ZONE);
  const stop = () => {
    ghost?.remove();
    ghost = null;
    end();
  };
  document.addEventListener("pointerdown", (event) => {
    const found = event.pointerType !== "mouse" && event.target.closest?.(".handle")?.closest(PERSON);
    if (!found) return;
    event.preventDefault();
    dragged = taken(found);
    ghost = document.createElement("div");
    ghost.className = "ghost";
    ghost.textContent = found.querySelector(".name").textContent;
    document.body.append(ghost);
  });
  document.addEventListener("pointermove", (event) => {
    if (!ghost) return;
    ghost.style.translate = `${event.clientX}px ${event.clientY}px`;
    mark(under(event));
  });
  document.addEventListener("pointerup", (event) => {
    if (!ghost) return;
    const zone = under(event);
    const held = dragged;
    stop();
    dragged = held;
    if (zone) drop(zone, event.clientY);
    else end();
  });
  // A native drag cancels the mouse's pointer too.
  document.addEventListener("pointercancel", () => ghost && stop());
}
