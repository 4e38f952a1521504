// What htmx puts into the [data-dialog] is shown as a modal; it closes on [data-dialog-close], outside, or when told to.
const dialog = document.querySelector("[data-dialog]");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog && dialog.childElementCount && !dialog.open) dialog.showModal();
});
// Told by the answer to what was pressed in it; one that was opened since by something else stays.
dialog.addEventListener("close-dialog", () => dialog.close());
dialog.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-dialog-close]")) dialog.close();
});
dialog.addEventListener("close", () => dialog.replaceChildren());
