// The command palette: a combobox over what the server offers. A command presses the very button that its key presses,
// so it is offered only while the page shows that button. Closing gives the focus back to where it was.
import { bearerOf, press } from "./keys.js";
import { giveUp, search } from "./palette-search.js";

const palette = document.querySelector("[data-palette]");
const text = palette.querySelector("[role=combobox]");
const commands = palette.querySelector("#palette-commands");
const found = palette.querySelector("#palette-found");
const none = palette.querySelector("#palette-none");
const told = palette.querySelector("#palette-told");

const options = () => [...palette.querySelectorAll("[role=option]")].filter((one) => !one.hidden);
const chosen = () => palette.querySelector("[role=option][aria-selected=true]");

const choose = (option) => {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) return text.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  text.setAttribute("aria-activedescendant", option.id);
};

const fits = (option) => {
  const asked = text.value.trim().toLowerCase();
  if (!asked.split(/\s+/).every((word) => ` ${option.dataset.words}`.includes(` ${word}`))) return false;
  return !option.dataset.press || Boolean(option.bearer);
};

const count = () => {
  const shown = options();
  for (const group of palette.querySelectorAll("[role=group]")) {
    group.hidden = !group.querySelector("[role=option]:not([hidden])");
  }
  for (const [number, option] of palette.querySelectorAll("[role=option]").entries()) option.id = `palette-${number}`;
  none.hidden = shown.length > 0;
  none.querySelector("a").search = new URLSearchParams({ q: text.value });
  told.textContent = `${shown.length} to choose from`;
  if (!shown.includes(chosen())) choose(shown[0]);
};

const narrow = () => {
  for (const option of commands.querySelectorAll("[data-words]")) option.hidden = !fits(option);
  count();
};

const open = () => {
  text.value = "";
  found.replaceChildren();
  palette.showModal();
  text.focus();
  htmx.trigger(commands, "opened");
};

const take = (option) => {
  if (!option) return;
  palette.close();
  if (!option.dataset.press) return option.click();
  const bearer = bearerOf(option.dataset.press); // drawn anew since it was offered, or gone
  if (bearer) press(bearer);
};

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-palette-open]");
  if (!opener || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (!document.querySelector("dialog[open]")) open();
});

palette.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== commands) return;
  // The page under the dialog is as it was: what bears a key there is found before one chooses.
  for (const option of commands.querySelectorAll("[data-press]")) option.bearer = bearerOf(option.dataset.press);
  choose(null);
  narrow();
});

text.addEventListener("input", () => {
  choose(null);
  narrow();
  search(palette.dataset.found, text.value, (html) => {
    found.innerHTML = html;
    count();
  });
});

palette.addEventListener("close", giveUp);

palette.addEventListener("keydown", (event) => {
  const shown = options();
  const at = shown.indexOf(chosen());
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
  if (to !== undefined && (event.key.startsWith("Arrow") || event.ctrlKey)) {
    event.preventDefault();
    choose(shown[(to + shown.length) % shown.length]);
  } else if (event.key === "Enter" && event.target === text && chosen()) {
    event.preventDefault();
    take(chosen());
  } else if (event.code === "KeyK" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    palette.close();
  }
});

palette.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option?.dataset.press) take(option);
  else if (event.target === palette || event.target.closest("[data-palette-close]")) palette.close();
});
