// After htmx replaced what had the focus, it goes to the menu it came from, else to the heading of what is shown now.
let from = "";

document.addEventListener("htmx:beforeRequest", (event) => {
  const menu = event.detail.elt.closest?.("[data-menu]");
  from = menu?.querySelector("summary").id || document.activeElement?.id || "";
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (document.activeElement !== document.body) return;
  const place = (from && document.getElementById(from)) || event.detail.target?.querySelector?.("[tabindex='-1']");
  place?.focus({ preventScroll: true });
});
