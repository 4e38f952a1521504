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
