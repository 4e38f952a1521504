// A refusal that the page expects names where its sentence goes (HX-Retarget). Any other bad answer changes nothing
// and is told in a sentence of our own. Under an open dialog nothing can be read: there it stands in its [data-refusal].
const SENTENCES = {
  0: "Parley cannot be reached. Nothing was changed; try again in a moment.",
  403: "You may not do this, or the page is too old. Reload it and try again.",
  404: "This is not here any more. Reload the page.",
};
const OTHERWISE = "Something went wrong on our side. Nothing was changed; try again in a moment.";

const place = () => document.querySelector("dialog[open] [data-refusal]") ?? document.getElementById("toasts");

const cleared = () => {
  const here = place();
  if (here.matches("[data-refusal]")) here.replaceChildren();
  return here;
};

const tell = (status) => {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  const words = document.createElement("p");
  words.textContent = SENTENCES[status] ?? OTHERWISE;
  toast.append(words);
  cleared().append(toast);
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400) return;
  if (xhr.getResponseHeader("HX-Retarget")) {
    if (event.detail.target.id === "toasts") event.detail.target = cleared();
    return;
  }
  event.detail.shouldSwap = false;
  tell(xhr.status);
});
document.addEventListener("htmx:sendError", () => tell(0));
