// A finger that rests on a card lifts it; one that moves at once scrolls, as everywhere.
import { begin, cancel, drop, isCarrying, lift, over } from "./carry.js";

const REST_MS = 250;
const STILL_PX = 8;
const form = document.querySelector("[data-drop]");
let held = null;

const forget = () => {
  clearTimeout(held?.timer);
  held?.ghost?.remove();
  held = null;
};

const follow = (x, y) => {
  held.ghost.style.transform = `translate(${x - held.dx}px, ${y - held.dy}px)`;
};

const ghostOf = (card, count) => {
  const ghost = document.createElement("div");
  ghost.className = "card-ghost";
  ghost.textContent = count > 1 ? `${count} deals` : card.querySelector("[data-step]").textContent;
  ghost.style.width = `${card.offsetWidth}px`;
  document.body.append(ghost);
  return ghost;
};

const pickUp = (card) => {
  const { left, top } = card.getBoundingClientRect();
  Object.assign(held, { dx: held.x - left, dy: held.y - top, lifted: true });
  held.ghost = ghostOf(card, begin(card));
  navigator.vibrate?.(10);
  lift();
  follow(held.x, held.y);
};

document.addEventListener("pointerdown", (event) => {
  const card = form && event.target.closest?.("#board [data-card]");
  if (card) card.draggable = event.pointerType === "mouse"; // else the browser's own long press would drag it too
  if (!card || event.pointerType === "mouse" || held || event.target.closest("label, .card__move")) return;
  held = { id: event.pointerId, x: event.clientX, y: event.clientY, timer: setTimeout(() => pickUp(card), REST_MS) };
});

document.addEventListener("pointermove", (event) => {
  if (event.pointerId !== held?.id) return;
  if (held.lifted) {
    follow(event.clientX, event.clientY);
    over(event.clientX, event.clientY);
  } else if (Math.hypot(event.clientX - held.x, event.clientY - held.y) > STILL_PX) forget();
});

document.addEventListener("pointerup", (event) => {
  if (event.pointerId !== held?.id) return;
  const { lifted } = held;
  forget();
  if (!lifted) return;
  over(event.clientX, event.clientY);
  drop();
});

document.addEventListener("pointercancel", (event) => {
  if (event.pointerId !== held?.id) return;
  forget();
  if (isCarrying()) cancel();
});

// Once a card is in the hand the page under it stays where it is, and letting go opens nothing.
const keep = (event) => {
  if (held?.lifted && event.cancelable) event.preventDefault();
};
document.addEventListener("touchmove", keep, { passive: false });
document.addEventListener("touchend", keep, { passive: false });
document.addEventListener("contextmenu", (event) => {
  if (held) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !held?.lifted) return;
  forget();
  cancel();
});
