// j and k walk the [data-step] links of a [data-steps] list; where one was walks on even after it is gone. On one of
// them the arrows do so too, which is what is left where single keys are switched off.
import { single } from "./keys.js";

let place = 0;

const steps = () => [...document.querySelectorAll("[data-steps] [data-step]")].filter((step) => step.checkVisibility());

document.addEventListener("focusin", (event) => {
  const at = steps().indexOf(event.target);
  if (at >= 0) place = at;
});

document.addEventListener("keydown", (event) => {
  const arrow = event.target.matches?.("[data-step]") ? { ArrowDown: 1, ArrowUp: -1 }[event.code] : undefined;
  const way = arrow ?? (single() ? { KeyJ: 1, KeyK: -1 }[event.code] : undefined);
  if (!way || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest?.("input, textarea, select, dialog")) return;
  if (arrow) event.preventDefault();
  const all = steps();
  const here = all.findIndex((step) => step === document.activeElement);
  const current = here >= 0 ? here : all.findIndex((step) => step.hasAttribute("aria-current"));
  const next = current >= 0 ? current + way : Math.min(place, all.length - 1);
  all[Math.max(0, Math.min(next, all.length - 1))]?.focus();
});
