// Verbs of the open conversation are done in the order they were pressed, however fast. htmx alone would forget one that
// waits for another's answer: the answer brings a new form in place of the one that was pressed. So it is pressed again
// on the new one; a verb of a conversation that is not open any more by then is dropped.
const UNSENT_MS = 3000;
const FORMS = "#thread-head form[hx-post]";
const presses = [];
let again = false;

const press = () => {
  const [first] = presses;
  if (!first) return;
  first.form = [...document.querySelectorAll(FORMS)].find((form) => form.getAttribute("action") === first.action);
  const buttons = [...(first.form?.querySelectorAll("button[type=submit]") ?? [])];
  const button = buttons.find((one) => one.name === first.name && one.value === first.value);
  if (!button) {
    next();
    return;
  }
  again = true;
  // The form may be newer than htmx's own look at the page, and would leave it.
  window.htmx.process(first.form);
  first.form.requestSubmit(button);
  again = false;
  giveUp(first);
};

const next = () => {
  presses.shift();
  press();
};

// What something else held back on the way is not waited for.
const giveUp = (one) => {
  setTimeout(() => {
    if (presses[0] === one && !one.sent) next();
  }, UNSENT_MS);
};

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (again || !form.matches(FORMS)) return;
    const { name = "", value = "" } = event.submitter ?? {};
    presses.push({ form, action: form.getAttribute("action"), name, value, sent: false });
    if (presses.length === 1) {
      giveUp(presses[0]);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// A link waits in the same line: where it was replaced before its turn, the one in its place is followed.
let followed = null;

document.addEventListener(
  "click",
  ({ target }) => {
    followed = target.closest?.("#panes a[id][hx-get]") ?? null;
  },
  true,
);

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (presses[0]?.form === detail.elt) presses[0].sent = true;
  if (followed === detail.elt) followed = null;
});

// By now the form may be gone from the page: the event comes from what was around it.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (presses[0]?.form === detail.requestConfig?.elt) setTimeout(next, 0);
});

// Once htmx has let go of the line: it drops what was in it for an element that is gone.
const resume = () => {
  if (presses[0] && !presses[0].sent && !presses[0].form.isConnected) press();
  const link = followed && !followed.isConnected && document.getElementById(followed.id);
  if (!link) return;
  followed = null;
  window.htmx.process(link);
  link.click();
};

document.addEventListener("htmx:afterSwap", () => setTimeout(resume, 0));
