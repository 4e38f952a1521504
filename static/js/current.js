// After htmx opened something, the link that leads to it is the current one, and the newest message is in sight.
const mark = () => {
  for (const step of document.querySelectorAll("[data-step]")) {
    if (new URL(step.href).pathname === location.pathname) step.setAttribute("aria-current", "true");
    else step.removeAttribute("aria-current");
  }
  const panes = document.getElementById("panes");
  if (panes) panes.dataset.open = document.querySelector("#conversation [data-thread]") ? "yes" : "no";
};

const toEnd = () => {
  const thread = document.querySelector("[data-thread]");
  if (thread) thread.scrollTop = thread.scrollHeight;
};

document.addEventListener("htmx:pushedIntoHistory", mark);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id === "conversation" || event.detail.target?.id === "conversation") {
    mark();
    toEnd();
  }
});
toEnd();
