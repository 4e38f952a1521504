// What one does to deals goes out one after the other: each bears the versions that the one before it made, so nobody
// is told that somebody changed a deal who was oneself a moment ago. A form whose answer brought a new one in its place
// is pressed again there.
const PATHS = /^\/board\/(move|several\/|deals\/[0-9a-f-]{36}\/)/;
const line = [];
const sent = new Set();
let going = false;

const isAbout = (path) => PATHS.test(new URL(path, location.href).pathname);
export const isUnderWay = () => sent.size > 0 || line.length > 0;
const mustWait = () => !going && isUnderWay();

// Does `work` as soon as nothing is under way. What it sends is to be read off the page only then.
export const inTurn = (work) => {
  if (mustWait()) line.push(work);
  else work();
};

const successor = (form) => {
  const one = form.id && document.getElementById(form.id);
  return one && one.getAttribute("action") === form.getAttribute("action") ? one : null;
};

const pressAgain = (form, { name, value }) => {
  const fresh = successor(form);
  const button = [...(fresh?.elements ?? [])].find((one) => one.type === "submit" && one.name === name && one.value === value);
  if (!button || button.disabled) return;
  // The form may be newer than htmx's own look at the page, and would leave it.
  window.htmx.process(fresh);
  fresh.requestSubmit(button);
};

const next = () => {
  going = true;
  while (line.length && !sent.size) line.shift()();
  going = false;
};

document.addEventListener("htmx:confirm", (event) => {
  const { elt, path, issueRequest, triggeringEvent } = event.detail;
  if (!isAbout(path) || !mustWait()) return;
  event.preventDefault();
  const pressed = triggeringEvent?.submitter ?? { name: "", value: "" };
  line.push(() => (elt.isConnected ? issueRequest(true) : pressAgain(elt, pressed)));
});

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
  if (isAbout(requestConfig.path)) sent.add(xhr);
});

// Told before the answer of one that waits in htmx's own line can go out; by then its swap is done.
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (sent.delete(xhr)) setTimeout(next, 0);
});
