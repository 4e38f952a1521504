// Mod+Enter in a form that says so presses its button.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-saves]");
  if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
