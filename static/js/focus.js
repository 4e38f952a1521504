// After htmx replaced what had the focus, it goes to the menu it came from, else to the heading of what is shown now.
let from = "";

document.addEventListener("htmx:beforeRequest", (event) => {
  const menu = event.detail.elt.closest?.("[data-menu]");
  from = menu?.querySelector("summary").id || document.activeElement?.id || "";
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (document.activeElement !== document.body) return;
  const shown = document.getElementById(event.detail.target?.id) ?? event.detail.target; // the target may be replaced
  const place = (from && document.getElementById(from)) || shown?.querySelector?.("[tabindex='-1']");
  place?.focus({ preventScroll: true });
});
