// Mod+Enter in a [data-composer] presses its button; Escape leaves it. Once sent, the keys go to what it names.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-composer]");
  if (!form) return;
  if (event.key === "Escape") event.target.blur();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const after = event.detail.requestConfig?.elt.dataset.composer;
  if (after && event.detail.successful) document.querySelector(after)?.focus({ preventScroll: true });
});
