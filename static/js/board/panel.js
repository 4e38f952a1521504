// The panel follows its deal, but never takes away what one has typed in it. Closed, it gives the focus to its card.
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

export const refresh = () => {
  if (panel() && !isDirty() && !panel().querySelector("[data-menu][open]")) panel().dispatchEvent(new CustomEvent("refresh"));
};

// One's own move of a deal that one is editing: what is typed goes on from there.
const goOn = (card) => {
  for (const version of panel().querySelectorAll("[data-panel-version]")) version.value = card.dataset.version;
};

document.addEventListener("cards-settled", ({ detail: { ids, own } }) => {
  setTimeout(() => {
    const here = panel();
    if (!here || !ids.includes(here.dataset.deal)) return;
    const card = find(here.dataset.deal);
    const known = here.querySelector("[data-panel-version]")?.value;
    if (card && card.dataset.version === known) return;
    if (own && card && isDirty() && !here.querySelector("[data-dirty]")) goOn(card);
    else refresh();
  }, 50);
});

let shown = panel()?.dataset.deal;
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "panel") return;
  const left = shown;
  shown = panel()?.dataset.deal;
  if (!shown && left && document.activeElement === document.body) link(find(left))?.focus();
});
