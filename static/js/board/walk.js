// j and k walk the cards of a column, h and l go to the column beside it, as high up as one was.
import { cardsIn, columns, find, link } from "./cards.js";

const WAYS = { KeyJ: [0, 1], KeyK: [0, -1], KeyH: [-1, 0], KeyL: [1, 0] };
let last = null;

const lists = () => columns().map((column) => column.querySelector("[data-column]")).filter((list) => cardsIn(list).length);
const top = (card) => card.getBoundingClientRect().top;

const level = (list, card) =>
  cardsIn(list).reduce((best, one) => (Math.abs(top(one) - top(card)) < Math.abs(top(best) - top(card)) ? one : best));

const from = (card, [across, down]) => {
  const there = lists();
  const at = there.indexOf(card.parentElement);
  if (across) return there[at + across] ? level(there[at + across], card) : null;
  const cards = cardsIn(card.parentElement);
  return cards[cards.indexOf(card) + down];
};

document.addEventListener("focusin", (event) => {
  const card = event.target.closest?.("#board [data-card]");
  if (card) last = card.dataset.card;
});

document.addEventListener("keydown", (event) => {
  const way = WAYS[event.code];
  if (!way || event.defaultPrevented || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.body.dataset.singleKeys === "off" || document.querySelector("dialog[open], [data-menu][open]")) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const here = event.target.closest?.("#board [data-card]");
  const next = here ? from(here, way) : (find(last) ?? cardsIn(lists()[0])[0]);
  if (!next) return;
  event.preventDefault();
  link(next).focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
});
