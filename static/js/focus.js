// After htmx replaced what had the focus, it goes to the menu it came from, else to the heading of what is shown now.
// What a page asks for by itself (live changes, counts) never takes the focus from where it is, be it nowhere.
const from = new WeakMap();

const byHand = (config) => Boolean(config?.triggeringEvent) && !(config.triggeringEvent instanceof CustomEvent);

document.addEventListener("htmx:beforeRequest", (event) => {
  const menu = event.detail.elt.closest?.("[data-menu]");
  from.set(event.detail.xhr, menu?.querySelector("summary").id || document.activeElement?.id || "");
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (document.activeElement !== document.body || !byHand(event.detail.requestConfig)) return;
  const shown = document.getElementById(event.detail.target?.id) ?? event.detail.target; // the target may be replaced
  const place = document.getElementById(from.get(event.detail.xhr)) ?? shown?.querySelector?.("[tabindex='-1']");
  place?.focus({ preventScroll: true });
});

// A form that came back with something wrong in it: one goes on at the first field to be mended.
const wrong = document.querySelector("main [aria-invalid='true']");
(wrong?.matches("fieldset") ? wrong.querySelector("input") : wrong)?.focus();
