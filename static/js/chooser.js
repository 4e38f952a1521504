// Who was chosen stays chosen when a search is answered, which may have been asked for before: in the place the answer
// has for them, or where it names them no more, above it.
let chosen = null;

const isChooser = (detail) => detail.target?.id === "choices";

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const radio = isChooser(detail) ? detail.target.querySelector(":checked") : null;
  chosen = radio && { radio, label: radio.closest("label"), focused: radio === document.activeElement };
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!chosen || !isChooser(detail)) return;
  const { radio, label, focused } = chosen;
  const again = detail.target.querySelector(`[value="${radio.value}"]`) ?? radio;
  if (again === radio) detail.target.prepend(label);
  again.checked = true;
  if (focused) again.focus();
  chosen = null;
});
