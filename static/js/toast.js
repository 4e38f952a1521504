// A [data-toast] goes away when dismissed, or by itself once it was there long enough to be read.
const READING_MS = 8000;
const toasts = document.getElementById("toasts");

const expire = (toast) => {
  const again = () => (toast.matches(":hover, :focus-within") ? setTimeout(again, 2000) : toast.remove());
  setTimeout(again, READING_MS);
};

toasts.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});

new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) expire(node);
}).observe(toasts, { childList: true });

toasts.querySelectorAll("[data-toast]").forEach(expire);
