// What `change` moves slides from where it was to where it is now, unless one asked for stillness.
import { all } from "./cards.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const TIMING = { duration: 180, easing: "cubic-bezier(0.2, 0, 0, 1)" };
const COMES = [{ opacity: 0, transform: "translateY(-0.5rem)" }, { opacity: 1, transform: "none" }];

export const flip = (change) => {
  if (still.matches) {
    change();
    return;
  }
  const before = new Map(all().map((card) => [card.dataset.card, [card.parentElement, card.getBoundingClientRect()]]));
  change();
  for (const card of all()) {
    const [list, was] = before.get(card.dataset.card) ?? [];
    const now = card.getBoundingClientRect();
    if (list !== card.parentElement) card.animate(COMES, TIMING);
    else if (was.top !== now.top) {
      card.animate([{ transform: `translateY(${was.top - now.top}px)` }, { transform: "none" }], TIMING);
    }
  }
};
