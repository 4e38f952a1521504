// A [data-fresh] (with an id, and hx-get on "fresh") is shown anew when the live stream names one of its nouns. It waits
// while the pointer is on its [data-hold] parts, a menu in it is open or something is being typed there: nothing moves
// under a hand. One request at a time: what happens while one is under way is asked for after it. The focus stays on
// the row it was on, or goes to the one that took its place.
const QUIET_MS = 300;
const timers = new Map(); // by the id of the element, which may be replaced meanwhile
const due = new Set();
const asking = new Set();

const busy = (element) =>
  element.querySelector("[data-hold]:hover, [data-menu][open], input:focus, textarea:focus, select:focus") !== null;

const steps = (element) => [...(element?.querySelectorAll("[data-step]") ?? [])];

const renew = (id, element) => {
  due.delete(id);
  asking.add(id);
  const at = steps(element).indexOf(document.activeElement);
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
  for (const id of due) {
    const element = document.getElementById(id);
    if (!element) due.delete(id);
    else if (!asking.has(id) && !busy(element)) renew(id, element);
  }
};

const plan = (id) => {
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => {
    due.add(id);
    whenQuiet();
  }, QUIET_MS));
};

document.addEventListener("live", (event) => {
  const { type, subject } = event.detail;
  for (const element of document.querySelectorAll("[data-fresh]")) {
    if (type === "reset" || element.dataset.fresh.split(" ").includes(subject)) plan(element.id);
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (asking.delete(event.detail.elt.id)) setTimeout(whenQuiet, 0);
});

for (const kind of ["pointerover", "focusout", "click"]) {
  document.addEventListener(kind, () => {
    if (due.size) setTimeout(whenQuiet, 0);
  });
}
