// A reply or a note: which of the two is in front, the keys that send it, and what is painted before it is sent.
import { answered } from "./answered.js";
import { toEnd, unique } from "./thread.js";

const composer = () => document.getElementById("composer");
const thread = () => document.querySelector("[data-thread]");

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

const swapped = (before) => (detail) => {
  const { status } = detail.xhr;
  if (status < 400) before.drawn.remove();
  const isTold = detail.xhr.getResponseHeader("HX-Retarget") === "#toasts" || status >= 500;
  if (composer()?.dataset.composer !== before.conversation && !isTold) elsewhere(detail);
};

// Where the thread was drawn anew meanwhile, what was sent is asked for like what others write.
const missed = (conversation) => {
  const detail = { type: "message.sent", subject: "message", conversation };
  document.dispatchEvent(new CustomEvent("live", { detail }));
};

const done = (before, target) => ({ xhr: { status } }) => {
  if (status < 200 || status >= 400) takeBack(before);
  else if (!target.isConnected) missed(before.conversation);
  else {
    unique();
    toEnd();
  }
};

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt: form, target, xhr } = event.detail;
  if (event.defaultPrevented || !form.matches?.("[data-sends]")) return;
  const before = paint(form);
  answered(target, "htmx:beforeSwap", xhr, swapped(before));
  answered(form, "htmx:afterRequest", xhr, done(before, target));
});
