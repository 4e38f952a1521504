// A [data-toast] goes away when dismissed, when what it offered was done, or by itself once it was there long enough to
// be read. Of many, the newest stay.
const READING_MS = 8000;
// What takes something back, or leads on from it, stays for those too who need long to come to a button.
const PRESSING_MS = 20_000;
const MOST = 3;
const toasts = document.getElementById("toasts");

// Gone with the focus in it, the focus goes back to where it was before.
let before = null;
document.addEventListener("focusin", (event) => {
  if (!toasts.contains(event.target)) before = event.target;
});

const drop = (toast) => {
  const focused = toast?.contains(document.activeElement);
  toast?.remove();
  if (focused) (before?.isConnected ? before : document.getElementById("content"))?.focus({ preventScroll: true });
};

const held = (toast) => toast.matches(":hover, :focus-within");

const expire = (toast) => {
  const again = () => (held(toast) ? setTimeout(again, 2000) : drop(toast));
  setTimeout(again, toast.querySelector(".toast__undo") ? PRESSING_MS : READING_MS);
};

toasts.addEventListener("click", (event) => {
  drop(event.target.closest("[data-toast-close]")?.closest("[data-toast]"));
});

toasts.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) drop(event.target.closest("[data-toast]"));
});

new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) expire(node);
  const all = [...toasts.querySelectorAll("[data-toast]")];
  for (const old of all.slice(0, Math.max(0, all.length - MOST))) if (!held(old)) drop(old);
}).observe(toasts, { childList: true });

// A live region is read out when something comes into it, not what stood in it when the page came: so its words come once
// more. The toast itself stays where it is, since it may be pressed from the first moment.
const ARRIVES_MS = 100;
const told = [...toasts.querySelectorAll("[data-toast]")];
setTimeout(() => {
  for (const words of told.map((toast) => toast.querySelector("p"))) words.replaceChildren(words.textContent);
}, ARRIVES_MS);
told.forEach(expire);
