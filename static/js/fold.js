// Which [data-fold] sections a person keeps folded is remembered in their browser.
const KEY = "folded";

const read = () => JSON.parse(localStorage.getItem(KEY) ?? "{}");

const apply = () => {
  const kept = read();
  for (const part of document.querySelectorAll("[data-fold]")) {
    if (part.dataset.fold in kept) part.open = kept[part.dataset.fold];
  }
};

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.dataset?.fold) localStorage.setItem(KEY, JSON.stringify({ ...read(), [target.dataset.fold]: target.open }));
  },
  true,
);
document.addEventListener("htmx:afterSettle", apply);
apply();
