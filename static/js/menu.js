// A [data-menu] closes when one presses elsewhere, leaves it or hits Escape; only one is open at a time.
const open = () => document.querySelectorAll("[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  }
});

// Opened by a key or the keyboard, the first thing to choose takes the focus; arrows go on from there.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = event.target.closest?.("[data-menu][open]");
  if (!step || !menu) return;
  const items = [...menu.querySelectorAll(".menu__item")];
  const next = items[(items.indexOf(document.activeElement) + step + items.length) % items.length];
  event.preventDefault();
  next?.focus();
});

// A form in it that stays on the page once it is answered ([data-menu-form]) is blank again, and the menu closed.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful || !detail.elt.matches?.("[data-menu-form]")) return;
  const menu = detail.elt.closest("[data-menu]");
  detail.elt.reset();
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A menu that was opened while the answer to something else was on its way stays open, on what was chosen in it.
let kept = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const [menu] = open();
  const id = menu?.querySelector("summary").id;
  const asked = menu?.contains(detail.requestConfig?.elt);
  kept = id && !asked ? { id, at: [...menu.querySelectorAll(".menu__item")].indexOf(document.activeElement) } : null;
});

document.addEventListener("htmx:afterSwap", () => {
  const menu = kept && document.getElementById(kept.id)?.closest("[data-menu]:not([open])");
  if (menu) {
    menu.open = true;
    menu.querySelectorAll(".menu__item")[kept.at]?.focus();
  }
  kept = null;
});
