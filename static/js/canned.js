// “/” at the start of a line in a reply, or the button, offers the canned replies; what is typed on narrows them.
import { before, close, isOpen, offer, replace } from "./picker.js";

const ASKED = /(?:^|\n)\/([^\n]{0,60})$/;
const WAIT_MS = 120;
let timer = 0;
let last = 0;

const reply = () => document.querySelector('[data-keeps="reply"]');

const insert = (text, length, { dataset }) => {
  replace(text, length, dataset.text);
  const gap = dataset.gap ? text.value.indexOf(dataset.gap) : -1;
  if (gap >= 0) text.setSelectionRange(gap, gap + dataset.gap.length);
};

const ask = async (text) => {
  const asked = before(text, ASKED);
  if (!asked) {
    if (isOpen()) close();
    return;
  }
  const mine = ++last;
  const url = new URL(document.getElementById("composer").dataset.canned, location.href);
  url.searchParams.set("search", asked[1]);
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (mine !== last || !answer?.ok || before(text, ASKED)?.[1] !== asked[1]) return;
  const drawn = document.createElement("template");
  drawn.innerHTML = await answer.text();
  offer(text, [...drawn.content.children], "Canned replies", (taken) => insert(text, asked[1].length + 1, taken));
};

document.addEventListener("input", ({ target: text }) => {
  if (text !== reply()) return;
  last += 1;
  clearTimeout(timer);
  if (!before(text, ASKED)) {
    if (isOpen()) close();
    return;
  }
  timer = setTimeout(() => ask(text), WAIT_MS);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-canned-open]")) return;
  const text = reply();
  const start = text.value.slice(0, text.selectionStart);
  if (!start || start.endsWith("\n")) {
    replace(text, 0, "/");
    return;
  }
  const end = text.value.indexOf("\n", text.selectionStart); // never in the middle of what is written
  text.setSelectionRange(...(end < 0 ? [text.value.length, text.value.length] : [end, end]));
  replace(text, 0, "\n/");
});
