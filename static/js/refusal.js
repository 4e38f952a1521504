// A refusal that the page expects names where its sentence goes (HX-Retarget). Any other bad answer changes nothing
// and is told in a sentence of our own.
const SENTENCES = {
  0: "Parley cannot be reached. Nothing was changed; try again in a moment.",
  403: "You may not do this, or the page is too old. Reload it and try again.",
  404: "This is not here any more. Reload the page.",
};
const OTHERWISE = "Something went wrong on our side. Nothing was changed; try again in a moment.";

const tell = (status) => {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  const words = document.createElement("p");
  words.textContent = SENTENCES[status] ?? OTHERWISE;
  toast.append(words);
  document.getElementById("toasts").append(toast);
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.getResponseHeader("HX-Retarget")) return;
  event.detail.shouldSwap = false;
  tell(xhr.status);
});
document.addEventListener("htmx:sendError", () => tell(0));
