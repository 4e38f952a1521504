// A listbox above the composer, chosen from while the text keeps the focus: arrows go through it, Enter or Tab takes,
// Escape puts it away.
let field = null;
let taken = null;

const box = () => document.getElementById("picker");
const options = () => [...box().querySelectorAll("[role=option]")];
const chosen = () => options().find((one) => one.getAttribute("aria-selected") === "true");

export const isOpen = () => Boolean(field?.isConnected && box() && !box().hidden);

export const close = () => {
  if (box()) {
    box().hidden = true;
    box().replaceChildren();
    box().removeAttribute("role");
  }
  field?.removeAttribute("aria-activedescendant");
  field?.removeAttribute("aria-controls");
  field = null;
};

const choose = (option) => {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
};

const take = (option) => {
  const done = taken;
  close();
  if (option) done(option);
};

// `elements`: what is offered. `onTake` gets the option that was taken.
export const offer = (text, elements, label, onTake) => {
  field = text;
  taken = onTake;
  box().replaceChildren(...elements);
  box().hidden = false;
  if (options().length) {
    box().setAttribute("role", "listbox");
    box().setAttribute("aria-label", label);
    field.setAttribute("aria-controls", "picker");
  } else box().removeAttribute("role");
  choose(options()[0]);
};

const step = (by) => {
  const all = options();
  choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
};

// Before the composer, which would send or leave the field.
document.addEventListener(
  "keydown",
  (event) => {
    if (!isOpen() || event.target !== field || event.isComposing || event.ctrlKey || event.metaKey) return;
    const does = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Enter: chosen() && (() => take(chosen())),
      Tab: chosen() && !event.shiftKey && (() => take(chosen())),
      Escape: close,
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  },
  true,
);
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.("#picker [role=option]")) event.preventDefault(); // the text keeps the focus
});
document.addEventListener("click", (event) => {
  const option = event.target.closest?.("#picker [role=option]");
  if (option && isOpen()) take(option);
});
document.addEventListener("focusout", (event) => {
  if (event.target === field && !box()?.contains(event.relatedTarget)) close();
});

// What stands before the caret, where it matches; and putting something else in its place.
export const before = (text, pattern) => pattern.exec(text.value.slice(0, text.selectionStart));
export const replace = (text, length, words) => {
  const end = text.selectionStart;
  text.focus();
  text.setRangeText(words, end - length, end, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
};
