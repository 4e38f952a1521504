// Parts of the pane about a person ([data-stale]: what kinds of changes concern them) are asked for anew when such a
// change is heard of; not while somebody is at work in them.
const writing = (part) => part.querySelector("[data-menu][open], :is(input, textarea, select):focus");
const busy = (part) => writing(part) || part.contains(document.activeElement);

// What one did oneself shows at once: the focus finds its button again by its id.
const show = (part, mine) => {
  if (!(mine ? writing(part) : busy(part))) part.dispatchEvent(new CustomEvent("stale"));
  else part.addEventListener("focusout", () => setTimeout(() => part.isConnected && show(part), 300), { once: true });
};

// Asked for before one began to write there.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt: part, triggeringEvent } = detail.requestConfig ?? {};
  if (triggeringEvent?.type !== "stale" || !writing(part)) return;
  detail.shouldSwap = false;
  show(part);
});

document.addEventListener("live", ({ detail }) => {
  for (const part of document.querySelectorAll("[data-stale]")) {
    const { contact, stale } = part.dataset;
    const theirs = detail.contact === contact || (detail.subject === "contact" && detail.id === contact);
    const kind = detail.type.split(".")[0];
    const concerned = theirs && (kind === stale || (kind === "contact" && stale === "follow_up"));
    if (detail.type === "reset" || concerned) show(part, detail.type.endsWith(".changed"));
  }
});
