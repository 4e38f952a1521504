// A select with [data-new-field] shows the place for a name when a new field is chosen.
const show = (select) => {
  document.getElementById(select.dataset.newField).hidden = select.value !== "custom:";
};

document.addEventListener("change", ({ target }) => {
  if (!target.dataset?.newField) return;
  show(target);
  if (target.value === "custom:") document.getElementById(`${target.dataset.newField}-text`).focus();
});
document.querySelectorAll("[data-new-field]").forEach(show);
