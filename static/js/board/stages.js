// A stage is dragged by its grip to another place in the list; the arrows beside it do the same.
let row = null;

const rows = () => [...document.querySelectorAll("[data-stage-row]")];

document.addEventListener("dragstart", (event) => {
  row = event.target.closest?.("[data-grip]")?.closest("[data-stage-row]") ?? null;
  if (!row) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", row.dataset.stageRow);
  event.dataTransfer.setDragImage(row, 12, 12);
});

document.addEventListener("dragover", (event) => {
  const over = row && event.target.closest?.("[data-stage-row]");
  if (!row) return;
  event.preventDefault();
  if (!over || over === row) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(row);
  else over.after(row);
});

document.addEventListener("drop", (event) => {
  if (!row) return;
  event.preventDefault();
  const form = document.querySelector("[data-stage-drop]");
  form.elements.stage.value = row.dataset.stageRow;
  form.elements.position.value = rows().indexOf(row) + 1;
  row = null;
  form.dispatchEvent(new CustomEvent("dropped"));
});

const askAnew = () => window.htmx.ajax("GET", location.pathname, { target: "#stages", swap: "outerHTML" });

// Let go elsewhere, it is as it was: the server says how.
document.addEventListener("dragend", () => {
  if (!row) return;
  row = null;
  askAnew();
});

// Taken back.
document.addEventListener("live", (event) => {
  if (event.detail.subject === "stage") askAnew();
});
