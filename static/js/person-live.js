// Parts of the pane about a person ([data-stale]: what kinds of changes concern them) are asked for anew when such a
// change is heard of; not while somebody is at work in them.
const busy = (part) => part.contains(document.activeElement) || part.querySelector("[data-menu][open]");

const show = (part) => {
  if (!busy(part)) part.dispatchEvent(new CustomEvent("stale"));
  else part.addEventListener("focusout", () => setTimeout(() => part.isConnected && show(part), 300), { once: true });
};

document.addEventListener("live", ({ detail }) => {
  for (const part of document.querySelectorAll("[data-stale]")) {
    const { contact, stale } = part.dataset;
    const theirs = detail.contact === contact || (detail.subject === "contact" && detail.id === contact);
    const kind = detail.type.split(".")[0];
    if (detail.type === "reset" || (theirs && (kind === stale || (kind === "contact" && stale === "follow_up")))) show(part);
  }
});
