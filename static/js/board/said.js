// One sentence of the page's own, where everything else is told as well.
export const tell = (sentence) => {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  const words = document.createElement("p");
  words.textContent = sentence;
  toast.append(words);
  document.getElementById("toasts").append(toast);
};
