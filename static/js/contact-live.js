// The page of a contact is shown anew when somebody changes them, but never while one types or has a menu open there.
const WAIT_MS = 500;
let waiting = 0;

const page = () => document.getElementById("contact");

const changed = () => [...page().querySelectorAll("input, select, textarea")].some((field) => {
  if (field.matches("select")) {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  }
  return field.type !== "hidden" && field.value !== field.defaultValue;
});

// A button that keeps the focus after it was pressed is no work; htmx gives it back to the button that takes its place.
const typing = () => page().contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
const busy = () => typing() || page().querySelector("[data-menu][open]") || changed();

const reload = () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => (busy() ? reload() : page().dispatchEvent(new CustomEvent("reload"))), WAIT_MS);
};

// Asked for before one began to type: what is typed stays, and it is asked for once more.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig?.elt !== page() || !busy()) return;
  detail.shouldSwap = false;
  reload();
});

document.addEventListener("live", ({ detail }) => {
  const { contact } = page()?.dataset ?? {};
  const theirs = detail.contact === contact || (detail.subject === "contact" && detail.id === contact);
  if (detail.type === "reset" || theirs) reload();
});
