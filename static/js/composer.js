// A reply or a note: which of the two is in front, the keys that send it, and what is painted before it is sent.
import { toEnd, unique } from "./thread.js";

const composer = () => document.getElementById("composer");
const thread = () => document.querySelector("[data-thread]");
const painted = new Map();

export const show = (kind) => {
  for (const tab of composer().querySelectorAll("[data-write]")) {
    const chosen = tab.dataset.write === kind;
    tab.setAttribute("aria-selected", String(chosen));
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
    composer().classList.toggle(`composer--${tab.dataset.write}`, chosen);
  }
};

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.("[data-write]");
  if (!tab || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  show(tab.dataset.write);
  const field = composer().querySelector(`[data-keeps="${tab.dataset.write}"]`);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-write]");
  if (tab && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    event.preventDefault();
    [...composer().querySelectorAll("[data-write]")].find((other) => other !== tab).focus();
  }
  const form = event.target.closest?.("[data-sends]");
  if (!form || event.defaultPrevented) return;
  if (event.key === "Escape") event.target.blur();
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  // Pressed, not submitted: htmx sends the value of the button that was clicked.
  ((event.shiftKey && form.querySelector("[name=then]")) || form.querySelector("[type=submit]:not([name])")).click();
});

// The message is there at once, and the keys are the thread's again.
const paint = (form) => {
  const field = form.elements.body;
  const drawn = form.querySelector("[data-pending]").content.firstElementChild.cloneNode(true);
  drawn.querySelector("[data-words]").textContent = field.value.trim();
  thread().querySelector(".empty")?.remove();
  thread().append(drawn);
  toEnd();
  const text = field.value;
  const { composer: conversation } = composer().dataset;
  field.value = "";
  if (form.contains(document.activeElement)) thread().focus({ preventScroll: true });
  return { kind: form.dataset.sends, conversation, drawn, text };
};

// It was refused: the words come back, before what was typed since.
const takeBack = ({ kind, conversation, drawn, text }) => {
  drawn.remove();
  if (composer()?.dataset.composer !== conversation) return;
  const field = composer().querySelector(`[data-keeps="${kind}"]`);
  if (field.value.startsWith(text)) return;
  field.value = field.value ? `${text}\n${field.value}` : text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
};

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.defaultPrevented || !event.detail.elt.matches?.("[data-sends]")) return;
  painted.set(event.detail.xhr, paint(event.detail.elt));
});
// Somebody else's thread is open by now: nothing of this one may be put there.
const elsewhere = (detail) => {
  detail.shouldSwap = false;
  if (detail.xhr.status < 400) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  toast.textContent = "Your reply was not sent: something came in since you began it. It is kept as a draft.";
  document.getElementById("toasts").append(toast);
};

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const before = painted.get(detail.xhr);
  if (!before) return;
  if (detail.xhr.status < 400) before.drawn.remove();
  const isTold = detail.xhr.getResponseHeader("HX-Retarget") === "#toasts" || detail.xhr.status >= 500;
  if (composer()?.dataset.composer !== before.conversation && !isTold) elsewhere(detail);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const before = painted.get(event.detail.xhr);
  if (!before) return;
  painted.delete(event.detail.xhr);
  if (event.detail.xhr.status < 200 || event.detail.xhr.status >= 400) takeBack(before);
  else if (thread()) {
    unique();
    toEnd();
  }
});
