// Cards are dragged with a mouse by the browser's own means. Escape, or letting go elsewhere, takes it back.
import { begin, cancel, drop, isCarrying, lift, over } from "./carry.js";

const form = document.querySelector("[data-drop]");
let done = false;

const picture = (count) => {
  const shown = document.createElement("div");
  shown.className = "card-count";
  shown.textContent = `${count} deals`;
  document.body.append(shown);
  requestAnimationFrame(() => shown.remove());
  return shown;
};

document.addEventListener("dragstart", (event) => {
  const card = form && event.target.closest?.("#board [data-card]");
  if (!card) return;
  done = false;
  const count = begin(card);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.card);
  if (count > 1) event.dataTransfer.setDragImage(picture(count), 12, 12);
  requestAnimationFrame(lift);
});

// Entering counts as well: a hand that lets go at once never was over what it entered.
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (isCarrying() && over(event.clientX, event.clientY)) event.preventDefault();
  });
}

document.addEventListener("drop", (event) => {
  if (!isCarrying()) return;
  event.preventDefault();
  done = true;
  over(event.clientX, event.clientY);
  drop();
});

document.addEventListener("dragend", () => {
  if (!done) cancel();
});
