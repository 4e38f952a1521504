// What is typed in the panel while its save is under way stays when the answer comes, to be saved in its turn.
import { answered } from "../answered.js";

let kept = { xhr: null, fields: [] };

const fields = () => [...(document.getElementById("deal-form")?.elements ?? [])].filter((field) => field.id);
const values = () => new Map(fields().map((field) => [field.id, field.value]));
const caret = (field) => (field === document.activeElement ? [field.selectionStart, field.selectionEnd] : [null, null]);

const typedSince = (sent) =>
  fields()
    .filter((field) => field.value !== sent.get(field.id))
    .map((field) => ({ id: field.id, value: field.value, caret: caret(field) }));

document.addEventListener("htmx:beforeRequest", ({ detail: { elt: form, target, xhr } }) => {
  if (form.id !== "deal-form") return;
  const sent = values();
  answered(target, "htmx:beforeSwap", xhr, (detail) => {
    if (detail.target.contains(form)) kept = { xhr, fields: typedSince(sent) };
    // Another deal is open by now, and stays open; what was refused is told where it can be mended.
    else if (xhr.status < 400) detail.swapOverride = "none";
  });
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.xhr !== kept.xhr || detail.target.id !== "panel") return;
  for (const { id, value, caret: [start, end] } of kept.fields) {
    const field = document.getElementById(id);
    if (field) field.value = value;
    if (field && start !== null) field.setSelectionRange(start, end);
  }
  kept = { xhr: null, fields: [] };
});
