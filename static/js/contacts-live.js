// What changes about people who are shown is shown anew: at once where nobody is at work in the list, else when they are
// done. Contacts that come in by themselves wait until the list is opened anew, so that nothing moves under the pointer.
const WAIT_MS = 400;
let waiting = 0;

const list = () => document.getElementById("rows");
const busy = () =>
  document.querySelector("[data-menu][open], dialog[open], #rows [data-pick]:checked") || list()?.matches(":hover");
const isShown = (id) => document.querySelector(`#rows [data-row="${id}"]`);

const reload = () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => (busy() ? reload() : list()?.dispatchEvent(new CustomEvent("reload"))), WAIT_MS);
};

document.addEventListener("live", ({ detail }) => {
  if (document.querySelectorAll("#rows [data-row]").length > 50) return; // further ones were asked for, and stay
  const here = ["contact.changed", "segment.changed"].includes(detail.type); // what was taken back may stand in the list again
  if (here || detail.type === "reset" || (detail.subject === "contact" && isShown(detail.id))) reload();
});
