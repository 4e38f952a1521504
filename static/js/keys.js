// Keys press the buttons and links that bear them: [data-key], or [data-go] after "g". Which key does what stands in
// one registry (crm/pages/keys.py). They go by physical position, so they work in every layout, and never with Alt.
import { isUnanswered, onceAnswered } from "./unanswered.js";

const WAIT_MS = 1200;
// With single keys switched off these stay, and those with Mod.
const ALWAYS = new Set(["Escape"]);
// These work while one types.
const WHILE_TYPING = new Set(["Mod+KeyK"]);
let going = 0;
let waiting = 0;

const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const shown = (element) => element.checkVisibility?.() ?? true;
export const single = () => document.body.dataset.singleKeys !== "off";

export const combination = (event) =>
  `${event.ctrlKey || event.metaKey ? "Mod+" : ""}${event.shiftKey ? "Shift+" : ""}${event.code}`;

const bearer = (attribute, code) => {
  const menu = document.querySelector("[data-menu][open]");
  for (const scope of menu ? [menu, document] : [document]) {
    const all = [...scope.querySelectorAll(`[${attribute}="${code}"]`)].filter(shown);
    if (all.length) return all.findLast((one) => one.closest("#toasts")) ?? all[0];
  }
  return null;
};

// What a key of this name would press now.
export const bearerOf = (name) => [...document.querySelectorAll(`[data-key-name="${name}"]`)].find(shown) ?? null;

export const press = (element) => {
  // What bears the key may be newer than htmx's own look at the page, and would leave it.
  window.htmx?.process(element.form ?? element);
  if (element.matches("textarea, select, input:not([type=checkbox])")) element.focus();
  else element.click();
  if (element.matches("summary") && element.parentElement.open) {
    element.parentElement.querySelector(".menu__item")?.focus();
  }
};

const pressBearer = (attribute, code) => {
  const element = bearer(attribute, code);
  if (element) press(element);
  return element;
};

const isOurs = (event, code) => {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return false;
  if (typing(event.target)) return WHILE_TYPING.has(code);
  return single() || ALWAYS.has(code) || code.startsWith("Mod+");
};

// It takes back the last change, also one whose answer has not brought its Undo yet.
const undo = document.getElementById("toasts").dataset.undo;

const wait = (until) => {
  going = until;
  clearTimeout(waiting);
  if (until) waiting = setTimeout(() => wait(0), WAIT_MS);
  document.dispatchEvent(new CustomEvent("keys-waiting", { detail: { waiting: until > 0 } }));
};

// Escape leaves a field, once nothing else is put away by it. A search that has words loses these first, as browsers do.
const leave = (event) => {
  const field = event.key === "Escape" && !event.defaultPrevented && typing(event.target);
  if (!field || field.closest("dialog") || (field.type === "search" && field.value)) return;
  field.blur();
};

document.addEventListener("keydown", (event) => {
  const code = combination(event);
  leave(event);
  if (!isOurs(event, code)) return;
  const attribute = Date.now() < going ? "data-go" : "data-key";
  if (going) wait(0);
  if (code === "KeyG" && attribute === "data-key") {
    wait(Date.now() + WAIT_MS);
    return;
  }
  if (code === undo && attribute === "data-key" && isUnanswered()) {
    onceAnswered(() => pressBearer(attribute, code));
  } else if (pressBearer(attribute, code)) {
    event.preventDefault();
  }
});
