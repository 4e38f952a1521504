// Elements that keep themselves up to date. Write
//
//   <ul id="rows" data-fresh="conversation message" hx-get="…" hx-trigger="fresh" hx-swap="outerHTML">
//
// and the element gets a `fresh` event when something of that kind happened (see live.js), by anybody, in this tab or
// elsewhere. Words in data-fresh: a subject ("conversation", "deal", "message", …), a type ("deal.stage_changed"), or
// one row ("conversation:<id>", "deal:<id>", "contact:<id>": also what happens to its messages and follow-ups).
// A reset, and a connection that came back, make every element fresh.
//
// Bursts count once; one request of an element at a time, and once more where something happened meanwhile (give it an
// id where its answer replaces it). Nothing moves under a hand: it waits while the tab is hidden, while the pointer is on
// the element's [data-hold] parts, while somebody types in it and while a menu in it is open. The focus stays on the
// [data-step] it was on, or goes to the one that took its place.
const CALM_MS = 300;
const waiting = new Set(); // elements, or "#id" where there is one: the element may be another by then
const places = new Map(); // of each that asks, which of its steps had the focus
const asking = new Map(); // each request that is under way, and the element that made it
let timer;

const keyOf = (element) => (element.id ? `#${element.id}` : element);
const elementOf = (key) => (typeof key === "string" ? document.getElementById(key.slice(1)) : key);

const matches = (word, detail) => {
  const [noun, id] = word.split(":");
  if (id) return detail[noun] === id || (detail.subject === noun && detail.id === id);
  return word === detail.subject || word === detail.type;
};

const concerns = (element, detail) => element.dataset.fresh.split(/\s+/).some((word) => word && matches(word, detail));

const isTypedIn = (element) =>
  element.contains(document.activeElement) &&
  document.activeElement.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

const isHeld = (element) => isTypedIn(element) || element.querySelector("[data-hold]:hover, [data-menu][open]");

const isBusy = (element) => isHeld(element) || [...asking.values()].some((asker) => element.contains(asker));

// Asked for before a hand was on it: it waits again.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, triggeringEvent } = detail.requestConfig ?? {};
  if (triggeringEvent?.type !== "fresh" || !isHeld(elt)) return;
  detail.shouldSwap = false;
  waiting.add(keyOf(elt));
});

const steps = (element) => [...(element?.querySelectorAll("[data-step]") ?? [])];

const keepFocus = (key) => {
  const place = steps(elementOf(key)).indexOf(document.activeElement);
  if (place < 0) places.delete(key);
  else places.set(key, place);
};

// Only its own answer takes the focus from a step: what else is answered before it says nothing.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const key = detail.requestConfig && keyOf(detail.requestConfig.elt);
  if (!places.has(key)) return;
  const now = steps(elementOf(key));
  const next = now[Math.min(places.get(key), now.length - 1)] ?? elementOf(key); // where none is left, the list itself
  if (document.activeElement === document.body) next?.focus({ preventScroll: true });
  places.delete(key);
});

const flush = () => {
  timer = undefined;
  if (document.hidden) return;
  for (const key of waiting) {
    const element = elementOf(key);
    if (element?.isConnected && isBusy(element)) continue;
    waiting.delete(key);
    if (!element?.isConnected) continue;
    keepFocus(key);
    element.dispatchEvent(new CustomEvent("fresh"));
  }
};

const soon = () => {
  if (waiting.size) timer ??= setTimeout(flush, CALM_MS);
};

const outdate = (isConcerned) => {
  const concerned = [...document.querySelectorAll("[data-fresh]")].filter(isConcerned);
  for (const element of concerned) waiting.add(keyOf(element));
  soon();
};

document.addEventListener("live", ({ detail }) =>
  outdate((element) => detail.type === "reset" || concerns(element, detail)),
);
document.addEventListener("live-caught-up", () => outdate(() => true));
for (const moment of ["visibilitychange", "pointerover", "focusout", "toggle"]) document.addEventListener(moment, soon, true);

document.addEventListener("htmx:beforeSend", ({ detail: { elt, xhr } }) => asking.set(xhr, elt));
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  asking.delete(xhr);
  soon();
});
