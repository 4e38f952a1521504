// Cards are dragged between [data-column] lists. A drop sends the [data-drop] form; the server's answer puts the card
// where it belongs. Without an answer it goes back to the slot it came from.
const form = document.querySelector("[data-drop]");
let dragged = null;
let slot = null;

const listUnder = (event) => event.target.closest?.("[data-column]");

const below = (list, y) =>
  [...list.querySelectorAll("[data-card]")].find((card) => {
    const { top, height } = card.getBoundingClientRect();
    return card !== dragged && y < top + height / 2;
  }) ?? list.querySelector("[data-more]");

const place = (list, y) => {
  const next = below(list, y) ?? null;
  const stays = dragged.parentElement === list && dragged.nextElementSibling === next;
  if (!stays) list.insertBefore(dragged, next);
};

const putBack = () => {
  if (slot && dragged) slot.list.insertBefore(dragged, slot.next);
};

const leaveLists = () => {
  for (const list of document.querySelectorAll(".column__cards--over")) list.classList.remove("column__cards--over");
};

document.addEventListener("dragstart", (event) => {
  dragged = form && event.target.closest?.("[data-card]");
  if (!dragged) return;
  slot = { list: dragged.parentElement, next: dragged.nextElementSibling, done: false };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.card);
  requestAnimationFrame(() => dragged?.classList.add("card--dragged"));
});

document.addEventListener("dragover", (event) => {
  const list = dragged && listUnder(event);
  if (!list) return;
  event.preventDefault();
  leaveLists();
  list.classList.add("column__cards--over");
  place(list, event.clientY);
});

document.addEventListener("drop", (event) => {
  const list = dragged && listUnder(event);
  if (!list) return;
  event.preventDefault();
  slot.done = true;
  place(list, event.clientY);
  if (dragged.parentElement === slot.list && dragged.nextElementSibling === slot.next) return;
  const beside = (way) => (dragged[way]?.matches("[data-card]") ? dragged[way].dataset.card : "");
  const before = beside("nextElementSibling");
  form.elements.deal.value = dragged.dataset.card;
  form.elements.version.value = dragged.dataset.version;
  form.elements.stage.value = list.dataset.column;
  form.elements.before.value = before;
  form.elements.after.value = before ? "" : beside("previousElementSibling");
  form.dispatchEvent(new CustomEvent("dropped"));
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("card--dragged");
  leaveLists();
  if (!slot.done) {
    putBack();
    dragged = null;
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== form) return;
  const answered = event.detail.xhr?.getResponseHeader("HX-Trigger")?.includes("deal-moved");
  if (!answered) putBack();
  dragged = null;
});

// A move by any way: its card takes the focus where a dialog had it, and an open panel shows the deal as it is now.
document.addEventListener("deal-moved", (event) => {
  const { card } = event.detail;
  setTimeout(() => {
    const moved = document.getElementById(`card-${card}`);
    if (document.activeElement === document.body) moved?.querySelector("[data-step]").focus();
    document.querySelector(`#panel[data-deal="${card}"]`)?.dispatchEvent(new CustomEvent("refresh"));
  }, 50);
});
