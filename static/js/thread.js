// The end of the thread: whether one is there, going there, and nothing in it twice.
const NEAR = 80;

const thread = () => document.querySelector("[data-thread]");
const pill = () => document.querySelector("[data-thread-pill]");

export const isAtEnd = () => {
  const here = thread();
  return here.scrollHeight - here.scrollTop - here.clientHeight < NEAR;
};

export const toEnd = () => {
  const here = thread();
  here.scrollTop = here.scrollHeight;
  if (pill()) pill().hidden = true;
};

// What came by two ways, as an answer and live, stands where it came last.
export const unique = () => {
  const ids = new Set();
  for (const one of [...thread().querySelectorAll(":scope > article[id]")].reverse()) {
    if (ids.has(one.id)) one.remove();
    ids.add(one.id);
  }
  let day = "";
  for (const one of thread().querySelectorAll(":scope > [data-day]")) {
    if (one.dataset.day === day) one.remove();
    day = one.dataset.day;
  }
};

const words = (one) => one.querySelector(".message__body, .note__body")?.textContent.replace(/\s+/g, " ").trim();

// What one sent oneself may come live before its own answer: it takes the place of what was painted for it.
const settle = (fresh) => {
  const sent = new Set(fresh.filter((one) => one.matches(".message--outbound, .note")).map(words));
  for (const painted of thread().querySelectorAll(":scope > .message--pending, :scope > .note--pending")) {
    if (sent.has(words(painted))) painted.remove();
  }
};

// Puts `elements` at the end. Who reads further up stays there, and is told.
export const gain = (elements) => {
  const wasAtEnd = isAtEnd();
  const before = thread().querySelectorAll(":scope > article").length;
  const fresh = elements.filter((one) => !one.id || !document.getElementById(one.id));
  if (fresh.length) thread().querySelector(".empty")?.remove();
  settle(fresh);
  thread().append(...fresh);
  for (const one of fresh) window.htmx.process(one);
  unique();
  if (thread().querySelectorAll(":scope > article").length === before) return;
  if (wasAtEnd) toEnd();
  else if (pill()) pill().hidden = false;
};

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-thread-pill]")) return;
  toEnd();
  thread().focus({ preventScroll: true });
});
document.addEventListener(
  "scroll",
  (event) => {
    if (event.target === thread() && pill() && isAtEnd()) pill().hidden = true;
  },
  true,
);
