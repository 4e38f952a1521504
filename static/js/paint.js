// What a [data-paint] form or button will do is painted as soon as it is pressed, and taken back if it is refused.
const pending = new Map();

const rows = (form) => {
  if (form.matches("[data-bulk]")) return [...document.querySelectorAll("#rows [data-row]:has([data-pick]:checked)")];
  const id = document.getElementById("thread-head")?.dataset.conversation;
  return [document.getElementById(`row-${id}`)].filter(Boolean);
};

const put = (elements, name) => {
  const fresh = elements.filter((element) => !element.classList.contains(name));
  for (const element of fresh) element.classList.add(name);
  return () => fresh.forEach((element) => element.classList.remove(name));
};

const say = (form, button) => {
  const place = document.querySelector(form.dataset.paintInto);
  const before = place?.textContent;
  if (place && button?.dataset.says) place.textContent = button.dataset.says;
  return () => place && (place.textContent = before);
};

const PAINTS = {
  leave: (form) => put(rows(form), "row--leaving"),
  unread: (form) => put(rows(form), "row--unread"),
  settled: (form) => put(rows(form), "row--settled"),
  says: say,
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  const how = event.submitter?.dataset.paint ?? form.dataset.paint;
  if (how && !pending.has(form)) pending.set(form, PAINTS[how](form, event.submitter));
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.requestConfig?.elt;
  const takeBack = pending.get(form);
  pending.delete(form);
  // A refusal with a sentence is swapped in, and so no error to htmx.
  const { status } = event.detail.xhr;
  if (status < 200 || status >= 400) takeBack?.();
});
