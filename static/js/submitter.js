// The button that sent a form says what is asked, also where its request had to wait: htmx asks for it by the focus, which
// may have moved on by then, or never came there.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const button = detail.triggeringEvent?.submitter;
  if (button?.name && detail.parameters[button.name] === undefined) detail.parameters[button.name] = button.value;
});
