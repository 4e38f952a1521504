// The panel follows its deal, but never takes away what one has typed in it. Closed, it gives the focus to its card.
import { inTurn, isUnderWay } from "../deals-in-turn.js";
import { find, link } from "./cards.js";

const panel = () => document.querySelector("#panel[data-deal]");
const touched = (field) =>
  field.matches("select") ? [...field.options].some((one) => one.selected !== one.defaultSelected) && field.value !== "" : field.value !== field.defaultValue;

export const isDirty = () => {
  const here = panel();
  if (!here) return false;
  const fields = here.querySelectorAll("[data-edit] :is(input, textarea, select):not([type=hidden]), [data-menu][open] input");
  return here.querySelector("[data-dirty]") !== null || [...fields].some(touched);
};

const ask = () => {
  if (panel() && !isDirty() && !panel().querySelector("[data-menu][open]")) panel().dispatchEvent(new CustomEvent("refresh"));
};

// Not while something that was pressed in it is under way.
export const refresh = () => inTurn(ask);

// One's own change of a deal that is open: what is typed, and what is pressed next, goes on from there at once.
const goOn = (card) => {
  for (const version of panel().querySelectorAll("[data-panel-version]")) version.value = card.dataset.version;
};

// The answer may bring the panel as well, just after its cards.
const catchUp = (id) => {
  if (panel()?.dataset.deal === id && panel().dataset.version !== find(id)?.dataset.version) refresh();
};

document.addEventListener("cards-settled", ({ detail: { ids, own, refused } }) => {
  const here = panel();
  if (!here || !ids.includes(here.dataset.deal)) return;
  const card = find(here.dataset.deal);
  if (card && own && !refused && !here.querySelector("[data-dirty]")) goOn(card);
  setTimeout(catchUp, 0, here.dataset.deal);
});

// Asked for before one began to type, or pressed something in it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "panel" || detail.requestConfig.elt !== panel()) return;
  if (isDirty() || isUnderWay()) detail.shouldSwap = false;
  if (isUnderWay()) refresh();
});

let shown = panel()?.dataset.deal;
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "panel") return;
  const left = shown;
  shown = panel()?.dataset.deal;
  if (!shown && left && document.activeElement === document.body) link(find(left))?.focus();
});
