// What an answer says was changed here is told to the page as the live stream would tell it (see live.js).
document.addEventListener("changed-here", (event) => {
  for (const detail of event.detail.events) document.dispatchEvent(new CustomEvent("live", { detail }));
});
