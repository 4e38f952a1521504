// Part of a page that keeps itself up to date is swapped whole, and a live region in it is read out each time, or never.
// So the words of its [data-said] are read out by the page itself, when they are others than before.
const announcer = document.getElementById("announcer");
const words = () => document.querySelector("[data-said]")?.innerText.trim() ?? "";
let before = words();

document.addEventListener("htmx:afterSwap", () => {
  const now = words();
  if (now && now !== before) announcer.textContent = now;
  before = now;
});
