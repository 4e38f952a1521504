// Single keys press the buttons and links that bear them ([data-key], [data-go] after "g"), by physical position.
const WAIT_MS = 1200;
let going = 0;

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const shown = (element) => element.checkVisibility?.() ?? true;

const bearer = (attribute, code) => {
  const menu = document.querySelector("[data-menu][open]");
  const scopes = menu ? [menu, document] : [document];
  for (const scope of scopes) {
    const found = [...scope.querySelectorAll(`[${attribute}="${code}"]`)].find(shown);
    if (found) return found;
  }
  return null;
};

const press = (element) => {
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
  if (element.matches("summary") && element.parentElement.open) {
    element.parentElement.querySelector(".menu__item")?.focus();
  }
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const attribute = Date.now() < going ? "data-go" : "data-key";
  going = 0;
  if (event.code === "KeyG" && attribute === "data-key") {
    going = Date.now() + WAIT_MS;
    return;
  }
  const element = event.shiftKey ? null : bearer(attribute, event.code);
  if (!element) return;
  event.preventDefault();
  press(element);
});
