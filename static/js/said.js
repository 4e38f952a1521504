// Part of a page that keeps itself up to date is swapped whole, and a live region in it is read out each time, or never.
// So the words of its [data-said] are read out by the page itself, when they are others than before; but where the focus
// has just been led to them (`focus.js`, which comes first), which reads them out too.
const announcer = document.getElementById("announcer");
const told = () => document.querySelector("[data-said]");
const words = () => told()?.innerText.trim() ?? "";
let before = words();

document.addEventListener("htmx:afterSwap", () => {
  const now = words();
  if (now && now !== before && document.activeElement !== told()) announcer.textContent = now;
  before = now;
});
