// Where there are many clients, opening the switcher puts the focus into its search.
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches?.("[data-switcher][open]")) event.target.querySelector("input")?.focus();
  },
  true,
);
