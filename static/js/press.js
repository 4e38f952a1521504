// A verb that is pressed while an earlier one is under way waits for that one's answer. It may bring the very form anew,
// and what waited would go with the old: then it is pressed on the new one, if that is still about the same conversation.
let waiting = null;

document.addEventListener("submit", ({ target, submitter }) => {
  if (!target.closest("#thread-head")) return;
  waiting = { form: target, action: target.getAttribute("action"), name: submitter?.name, value: submitter?.value };
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt === waiting?.form) waiting = null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!waiting || waiting.form.isConnected) return;
  const { action, name, value } = waiting;
  waiting = null;
  const form = [...document.querySelectorAll("#thread-head form")].find((one) => one.getAttribute("action") === action);
  const buttons = [...(form?.querySelectorAll("button") ?? [])];
  const button = buttons.find((one) => one.name === name && one.value === value);
  if (button) form.requestSubmit(button);
});
