// A form with [data-submit-on-change] is sent when a choice in it changes; text is sent with Enter.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-submit-on-change]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
});
