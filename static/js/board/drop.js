// Sends cards to a column, one move after the other. The server's answer lands them where they belong; without one they
// go back to the slots they came from, as they do when the panel that asks how a deal ends is cancelled.
import { inTurn } from "../deals-in-turn.js";
import { cardsIn, find, link, listOf, moreOf } from "./cards.js";

const form = document.querySelector("[data-drop]");
const dialog = document.getElementById("dialog");
const waiting = [];
let current = null;
let asked = null;

export const slots = (cards) =>
  cards.map((card) => {
    const next = card.nextElementSibling;
    return { id: card.dataset.card, key: card.parentElement.dataset.column, next: next?.dataset.card };
  });

export const putBack = (from) => {
  for (const { id, key, next } of [...from].reverse()) {
    const [card, list] = [find(id), listOf(key)];
    card?.classList.remove("card--lifted");
    const before = next && find(next);
    if (card && list) list.insertBefore(card, before?.parentElement === list ? before : moreOf(list));
  }
};

const fill = ({ ids, key, before, after }) => {
  const named = form.querySelector("[data-named]");
  named.replaceChildren();
  for (const id of ids) {
    for (const [name, value] of [["deal", id], ["version", find(id)?.dataset.version ?? ""]]) {
      const input = document.createElement("input");
      Object.assign(input, { name, value });
      named.append(input);
    }
  }
  form.elements.stage.value = key;
  form.elements.before.value = before ?? "";
  form.elements.after.value = before ? "" : (after ?? "");
};

const next = () => {
  if (current || asked || !waiting.length) return;
  current = waiting.shift();
  inTurn(() => {
    fill(current);
    form.dispatchEvent(new CustomEvent("dropped"));
  });
};

// move: ids, key of the stage, the card to go before or after, and where they came from.
export const send = (move) => {
  waiting.push(move);
  next();
};

document.addEventListener("htmx:afterRequest", (event) => {
  if (!form || event.detail.elt !== form || !current) return;
  const said = event.detail.xhr?.getResponseHeader("HX-Trigger") ?? "";
  if (said.includes("deal-asked")) asked = current.from;
  else if (!said.includes("deals-landed")) putBack(current.from);
  current = null;
  next();
});

document.addEventListener("deals-landed", (event) => {
  if (event.detail.own && dialog.open) asked = null;
});

dialog.addEventListener("close", () => {
  if (!asked) return;
  putBack(asked);
  const card = find(asked[0].id);
  if (document.activeElement === document.body || cardsIn(card?.parentElement).includes(card)) link(card)?.focus();
  asked = null;
  next();
});
