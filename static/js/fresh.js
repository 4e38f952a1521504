// A [data-fresh] is shown anew when the live stream names one of its nouns. It waits while the pointer is on its
// [data-hold] parts, a menu in it is open or something is being typed there: nothing moves under a hand. The focus
// stays on the row it was on, or goes to the one that took its place.
const QUIET_MS = 300;
const timers = new WeakMap();
const due = new Set();

const busy = (element) =>
  element.querySelector("[data-hold]:hover, [data-menu][open], input:focus, textarea:focus, select:focus") !== null;

const steps = (element) => [...element.querySelectorAll("[data-step]")];

const renew = (element) => {
  due.delete(element);
  if (!element.isConnected) return;
  const at = steps(element).indexOf(document.activeElement);
  const { id } = element;
  if (at >= 0) {
    const stay = () => {
      const all = steps(document.getElementById(id));
      if (document.activeElement === document.body) all[Math.min(at, all.length - 1)]?.focus({ preventScroll: true });
    };
    document.addEventListener("htmx:afterSettle", stay, { once: true });
  }
  htmx.trigger(element, "fresh");
};

const whenQuiet = () => {
  for (const element of due) if (!busy(element)) renew(element);
};

const plan = (element) => {
  clearTimeout(timers.get(element));
  timers.set(element, setTimeout(() => {
    due.add(element);
    whenQuiet();
  }, QUIET_MS));
};

document.addEventListener("live", (event) => {
  const { type, subject } = event.detail;
  for (const element of document.querySelectorAll("[data-fresh]")) {
    if (type === "reset" || element.dataset.fresh.split(" ").includes(subject)) plan(element);
  }
});

for (const kind of ["pointerover", "focusout", "click"]) {
  document.addEventListener(kind, () => {
    if (due.size) setTimeout(whenQuiet, 0);
  });
}
