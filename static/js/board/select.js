// Cards are selected by their boxes, with Mod and Shift, by x; what is done next is done to all of them.
import { all, find } from "./cards.js";

const picked = new Set();
let last = null;

export const selected = () => all().filter((card) => picked.has(card.dataset.card));

// The cards that move when `card` does.
export const together = (card) => (picked.has(card.dataset.card) ? selected() : [card]);

const show = () => {
  for (const id of [...picked]) if (!find(id)) picked.delete(id);
  for (const card of all()) {
    const is = picked.has(card.dataset.card);
    card.classList.toggle("card--picked", is);
    const box = card.querySelector("[data-select]");
    if (box) box.checked = is;
  }
  document.dispatchEvent(new CustomEvent("cards-selected", { detail: { count: picked.size } }));
};

export const toggle = (card, wanted = !picked.has(card.dataset.card)) => {
  if (wanted) picked.add(card.dataset.card);
  else picked.delete(card.dataset.card);
  last = card.dataset.card;
  show();
};

export const selectAll = () => {
  for (const card of all()) picked.add(card.dataset.card);
  show();
};

export const selectNone = () => {
  picked.clear();
  show();
};

const through = (card) => {
  const cards = all();
  const [from, to] = [cards.indexOf(find(last)), cards.indexOf(card)].sort((one, two) => one - two);
  for (const one of cards.slice(Math.max(0, from), to + 1)) picked.add(one.dataset.card);
  show();
};

const mayPick = document.querySelector("[data-card-bar]") !== null;

document.addEventListener("click", (event) => {
  const card = mayPick && event.target.closest?.("#board [data-card]");
  if (!card || event.target.closest("label, .card__move")) return;
  if (!(event.shiftKey || event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.shiftKey && last && find(last)) through(card);
  else toggle(card);
}, { capture: true });

document.addEventListener("change", (event) => {
  if (event.target.matches?.("#board [data-select]")) toggle(event.target.closest("[data-card]"), event.target.checked);
});

document.addEventListener("cards-settled", ({ detail: { ids, own } }) => {
  if (own && picked.size > 1 && [...picked].every((id) => ids.includes(id))) picked.clear();
  show();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.closest?.("#board")) show();
});
