// What happens elsewhere changes the rows that are shown in place, the counts, and the head of the thread. What is new
// waits above the list, so that nothing moves under the pointer.
const WAIT_MS = 250;
// While much happens, no more often than this.
const REST_MS = 800;
const MOST = 100;
const shown = new Set();
const others = new Set();
const mine = new Set(); // changed by a press here
let timer = 0;
let asked = 0;
let wanted = false;

const list = () => document.getElementById("rows");
const here = () => [...document.querySelectorAll("#rows [data-row]")];
const about = ({ subject, id, conversation }) => conversation ?? (subject === "conversation" ? id : null);

const refresh = () => {
  timer = 0;
  asked = Date.now();
  if ([...mine].some((id) => !document.getElementById(`row-${id}`))) reload();
  else document.getElementById("waiting")?.dispatchEvent(new CustomEvent("refresh"));
  mine.clear();
};

const reload = () => {
  others.clear();
  list()?.dispatchEvent(new CustomEvent("reload"));
  document.getElementById("waiting")?.replaceChildren();
};

// Not while nobody looks: then once, when they do.
const soon = () => {
  if (document.hidden || (timer && !mine.size)) return;
  clearTimeout(timer);
  timer = setTimeout(refresh, !mine.size && Date.now() - asked < REST_MS ? REST_MS : WAIT_MS);
};

document.addEventListener("visibilitychange", () => {
  if (shown.size || others.size) soon();
});

const head = () => {
  const element = document.getElementById("thread-head");
  if (!element) return;
  if (busy(element)) element.dataset.stale = "";
  else element.dispatchEvent(new CustomEvent("refresh"));
};

document.addEventListener("live", ({ detail }) => {
  const everything = detail.type === "reset";
  const id = about(detail);
  if (!everything && !id) return;
  for (const row of everything ? here() : [document.getElementById(`row-${id}`)]) if (row) shown.add(row.dataset.row);
  if (id && !document.getElementById(`row-${id}`)) others.add(id);
  if (others.size > MOST) others.delete(others.values().next().value);
  if (id && detail.type === "conversation.changed") mine.add(id);
  if (everything || id === document.getElementById("thread-head")?.dataset.conversation) head();
  soon();
});

// Said when it is its turn, not when it was asked for: what is shown may have changed meanwhile.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id !== "waiting") return;
  const rows = here().map((row) => row.dataset.row);
  const { parameters } = event.detail;
  for (const id of rows) parameters.append("here", id);
  for (const id of rows) if (shown.has(id)) parameters.append("row", id);
  for (const id of others) parameters.append("new", id);
  const top = here().find((row) => !row.matches(".row--left"))?.dataset.at;
  if (top) parameters.append("top", top);
  shown.clear();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.elt?.id !== "waiting" && event.detail.target?.id !== "waiting") return;
  const words = document.querySelector("#waiting button")?.textContent.trim();
  const announcer = document.getElementById("announcer");
  if (words && announcer.dataset.waiting !== words) announcer.textContent = `${words} above the list`;
  announcer.dataset.waiting = words ?? "";
});

// A head that somebody is at work in stays as it is: with a menu open until that is closed, with a verb pressed until
// that is answered, for its answer brings a new head, or a refusal.
const busy = (element) => element.querySelector("[data-menu][open]") || "pressed" in element.dataset;

const catchUp = (element) => {
  if (!element || busy(element) || !("stale" in element.dataset)) return;
  delete element.dataset.stale;
  head();
};

document.addEventListener("toggle", (event) => catchUp(event.target.closest?.("#thread-head")), true);
document.addEventListener("submit", (event) => {
  const element = event.target.closest("#thread-head");
  if (element) element.dataset.pressed = "";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const element = event.detail.elt.closest?.("#thread-head");
  if (!element || event.detail.elt === element || event.detail.successful) return;
  delete element.dataset.pressed;
  catchUp(element);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  if (target.id !== "thread-head" || !busy(target)) return;
  event.detail.shouldSwap = false;
  target.dataset.stale = "";
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-reload]")) return;
  const place = list().closest("[data-place]");
  reload();
  place.scrollTop = 0;
  wanted = true;
});

// The first of what came takes the focus once the rows are there, whatever else is answered before them, unless one has
// gone on by then.
const isNowhere = () => document.activeElement === document.body || Boolean(document.activeElement.closest("#waiting"));

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!wanted || detail.requestConfig?.elt !== list()) return;
  wanted = false;
  if (isNowhere()) list().querySelector("[data-step]")?.focus();
});
