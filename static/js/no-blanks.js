// A [data-no-blanks] form leaves what is blank out of the address that it leads to.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-no-blanks]")) return;
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});
