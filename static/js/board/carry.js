// Cards in the hand, whether a mouse or a finger holds them: a slot shows where they would go.
import { byHand, cardsIn, column, find, listOf, moreOf } from "./cards.js";
import { putBack, send, slots } from "./drop.js";
import { away, near } from "./edges.js";
import { hold, release } from "./landing.js";
import { tell } from "./said.js";
import { together } from "./select.js";

let carried = null;

const unmark = () => {
  for (const one of document.querySelectorAll(".column--over")) one.classList.remove("column--over");
};

const nextBelow = (list, y) =>
  cardsIn(list).find((card) => {
    const { top, height } = card.getBoundingClientRect();
    return !card.classList.contains("card--lifted") && y < top + height / 2;
  }) ?? moreOf(list);

export const isCarrying = () => carried !== null;

// Returns how many cards are in the hand.
export const begin = (card) => {
  const cards = together(card);
  const slot = document.createElement("li");
  slot.className = "card-slot";
  slot.style.height = `${card.offsetHeight}px`;
  carried = { ids: cards.map((one) => one.dataset.card), from: slots(cards), slot, over: null };
  hold();
  return cards.length;
};

// The cards leave their places: apart from `begin`, since the browser first takes its picture of the one it drags.
export const lift = () => {
  if (!carried) return;
  const cards = carried.ids.map(find);
  if (byHand()) cards[0]?.before(carried.slot);
  for (const card of cards) card?.classList.add("card--lifted");
};

// Whether they could be let go here.
export const over = (x, y) => {
  const there = document.elementFromPoint(x, y)?.closest("[data-stage-key]");
  unmark();
  carried.over = there?.dataset.stageKey ?? null;
  const list = there && listOf(carried.over);
  near(x, y, list);
  if (!there) return false;
  there.classList.add("column--over");
  const next = list && byHand() ? (nextBelow(list, y) ?? null) : null;
  if (!list || !byHand()) carried.slot.remove();
  else if (carried.slot.parentElement !== list || carried.slot.nextElementSibling !== next) {
    list.insertBefore(carried.slot, next);
  }
  return true;
};

const end = () => {
  unmark();
  away();
  carried.slot.remove();
  for (const id of carried.ids) find(id)?.classList.remove("card--lifted");
  carried = null;
};

export const cancel = () => {
  if (!carried) return;
  const { from } = carried;
  end();
  putBack(from);
  release();
};

const beside = (slot, way) => {
  let one = slot[way];
  while (one && (!one.matches("[data-card]") || one.classList.contains("card--lifted"))) one = one[way];
  return one?.dataset.card;
};

export const drop = () => {
  const { ids, from, slot, over: key } = carried;
  const list = listOf(key);
  const stays = from.every((one) => one.key === key);
  if (!key || (stays && !byHand())) {
    cancel();
    if (key) tell("The cards are sorted. Go back to the team’s order to move them up and down.");
    return;
  }
  const [before, after] = [beside(slot, "nextElementSibling"), beside(slot, "previousElementSibling")];
  const order = cardsIn(list).map((card) => card.dataset.card).join();
  const cards = ids.map(find).filter(Boolean);
  if (slot.isConnected) slot.before(...cards);
  else list?.prepend(...cards);
  end();
  if (!list) for (const card of cards) card.classList.add("card--lifted"); // folded: nothing shows them
  if (!stays || cardsIn(list).map((card) => card.dataset.card).join() !== order) send({ ids, key, before, after, from });
  release();
  if (!list) column(key)?.querySelector("button")?.focus();
};
