// The link that leads to what is open is the current one, and the newest message is in sight. Where nothing is open any
// more, the keys go back to the row that was.
let last = "";

const open = () => document.getElementById("thread-head")?.dataset.conversation ?? "";

const mark = () => {
  for (const step of document.querySelectorAll("#rows [data-step]")) {
    if (step.id === `step-${open()}`) step.setAttribute("aria-current", "true");
    else step.removeAttribute("aria-current");
  }
  const panes = document.getElementById("panes");
  if (panes) panes.dataset.open = open() ? "yes" : "no";
};

const toEnd = () => {
  const thread = document.querySelector("[data-thread]");
  if (thread) thread.scrollTop = thread.scrollHeight;
};

const toList = () => {
  if (!document.activeElement || document.activeElement === document.body) {
    const row = document.getElementById(`step-${last}`) ?? document.querySelector("#rows [data-step]");
    (row ?? document.getElementById("filter-menu"))?.focus({ preventScroll: true });
  }
};

// What an answer changes beside the thread must find its place: the server is told whether the list has the row.
document.addEventListener("htmx:configRequest", (event) => {
  const [, id] = /^\/inbox\/([0-9a-f-]{36})\//.exec(event.detail.path) ?? [];
  if (id) event.detail.headers["Parley-Row"] = document.getElementById(`row-${id}`) ? "shown" : "none";
});

document.addEventListener("htmx:pushedIntoHistory", mark);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id === "conversation" || event.detail.target?.id === "conversation") {
    mark();
    if (open()) toEnd();
    else toList();
    last = open() || last;
  } else if (event.detail.target?.id === "rows") mark();
});
document.addEventListener("htmx:oobAfterSwap", mark);
last = open();
toEnd();
