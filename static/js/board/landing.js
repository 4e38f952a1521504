// Answers bring cards into #landing; from there they go to their places, unless a card is being carried: then after.
// A card goes below the one it names; where that one is not shown, by what its column is sorted by.
import { board, byHand, cardsIn, find, link, listOf, moreOf } from "./cards.js";
import { flip } from "./flip.js";

const landing = document.getElementById("landing");
let carrying = false;
let about = {};

const isAfter = (other, card) => {
  const [one, two] = [Number(other.dataset.sorted), Number(card.dataset.sorted)];
  return board().hasAttribute("data-falling") ? one < two : one > two;
};

// The element that the card goes before; null for the end, undefined where it would stand below what is shown.
const spot = (list, card) => {
  const above = byHand() && card.dataset.above ? find(card.dataset.above) : null;
  if (above?.parentElement === list) return above.nextElementSibling;
  if (byHand() && !card.dataset.above) return list.firstElementChild;
  return cardsIn(list).find((other) => isAfter(other, card)) ?? (moreOf(list) ? undefined : null);
};

// Answers may come in another order than they were made in: a card never becomes an older one again.
const isOlder = (one, shown) => Number(one.dataset.version) < Number(shown?.dataset.version);

const settle = (one) => {
  const id = one.dataset.card ?? one.dataset.gone;
  if (isOlder(one, find(id))) {
    one.remove();
    return id;
  }
  find(id)?.remove();
  const list = one.dataset.card && listOf(one.dataset.stage);
  const next = list ? spot(list, one) : undefined;
  if (next === undefined) one.remove();
  else list.insertBefore(one, next);
  return id;
};

const recount = () => {
  for (const shown of document.querySelectorAll("#board [data-shown]")) {
    shown.textContent = cardsIn(shown.closest("[data-column]")).length;
  }
};

// A dialog that was just closed holds the focus until the next frame.
const nowhere = () => document.activeElement === document.body || !document.activeElement.checkVisibility();

// The card that had the focus keeps it; where it left the page, its neighbour gets it.
const keeper = () => {
  const card = document.activeElement?.closest?.("#board [data-card]");
  const list = card?.parentElement;
  const at = card ? cardsIn(list).indexOf(card) : -1;
  return () => {
    const wanted = find(card?.dataset.card ?? "") ?? (nowhere() && about.focus && find(about.focus));
    const neighbour = card && (cardsIn(list)[at] ?? cardsIn(list)[at - 1]);
    if (wanted) link(wanted).focus();
    else if (neighbour && nowhere()) link(neighbour).focus();
  };
};

const land = () => {
  if (carrying || !landing.children.length) return;
  const refocus = keeper();
  let ids = [];
  flip(() => (ids = [...landing.children].map(settle)));
  recount();
  refocus();
  const detail = { ids, own: Boolean(about.own), refused: Boolean(about.refused) };
  document.dispatchEvent(new CustomEvent("cards-settled", { detail }));
  about = {};
};

export const hold = () => (carrying = true);
export const release = () => {
  carrying = false;
  land();
};

document.addEventListener("deals-landed", (event) => (about = event.detail));
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target === landing) land();
});
