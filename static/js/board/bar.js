// The bar of what can be done: to the selected cards, else to the one that has the focus.
import { inTurn } from "../deals-in-turn.js";
import { byHand, cardsIn, columns, find, link, listOf } from "./cards.js";
import { send, slots } from "./drop.js";
import { flip } from "./flip.js";
import { selectAll, selected, selectNone, toggle } from "./select.js";
import { tell } from "./said.js";

const bar = document.querySelector("[data-card-bar]");
let current = null;

const chosen = () => (selected().length ? selected() : [find(current)].filter(Boolean));

const sums = (cards) => {
  const totals = new Map();
  for (const { dataset } of cards) {
    const [sum, digits] = totals.get(dataset.currency) ?? [0, Number(dataset.digits)];
    totals.set(dataset.currency, [sum + Number(dataset.value), digits]);
  }
  return [...totals]
    .map(([currency, [sum, digits]]) => {
      const amount = sum / 10 ** digits;
      const style = { style: "currency", currency, maximumFractionDigits: digits };
      return new Intl.NumberFormat("en", { ...style, minimumFractionDigits: amount % 1 ? digits : 0 }).format(amount);
    })
    .join(", ");
};

// A click on a card opens its panel, where all of this is as well: then the bar is there for the keyboard only.
const isHere = () => {
  const at = document.activeElement?.closest?.("#board [data-card], [data-card-bar]");
  return at && (!document.querySelector("#panel[data-deal]") || at.matches("[data-card-bar], :has(:focus-visible)"));
};

const show = () => {
  const many = selected();
  const here = isHere();
  const cards = chosen();
  bar.hidden = !cards.length || !(many.length || here || document.getElementById("dialog").open);
  if (bar.hidden) return;
  bar.querySelector("[data-bar-count]").textContent = many.length ? `${many.length} selected` : link(cards[0]).textContent;
  bar.querySelector("[data-bar-sum]").textContent = sums(cards);
  bar.querySelector("[data-bar-one]").hidden = many.length > 0;
  bar.querySelector("[data-unpick]").hidden = many.length === 0;
  bar.querySelector("[data-pick-words]").textContent = many.some((card) => card.dataset.card === current) ? "Unselect" : "Select";
};

const go = (card, way) => {
  const list = card.parentElement;
  const from = slots([card]);
  const at = columns().findIndex((one) => one.dataset.stageKey === list.dataset.column);
  if (way === "left" || way === "right") {
    const to = columns()[at + (way === "left" ? -1 : 1)];
    if (!to) return;
    const key = to.dataset.stageKey;
    flip(() => (listOf(key) ? listOf(key).prepend(card) : card.classList.add("card--lifted")));
    link(card).focus();
    send({ ids: [card.dataset.card], key, from });
    return;
  }
  if (!byHand()) {
    tell("The cards are sorted. Go back to the team’s order to move them up and down.");
    return;
  }
  const cards = cardsIn(list);
  const other = cards[cards.indexOf(card) + (way === "up" ? -1 : 1)];
  if (!other) return;
  flip(() => (way === "up" ? other.before(card) : other.after(card)));
  link(card).focus();
  card.scrollIntoView({ block: "nearest" });
  const place = way === "up" ? { before: other.dataset.card } : { after: other.dataset.card };
  send({ ids: [card.dataset.card], key: list.dataset.column, from, ...place });
};

const ask = (url) => {
  const asked = new URL(url, location.href);
  for (const card of chosen()) asked.searchParams.append("deal", card.dataset.card);
  window.htmx.ajax("GET", asked.pathname + asked.search, { target: "#dialog", swap: "innerHTML" });
};

const give = (button, deal) => {
  const token = document.querySelector("[data-drop] [name=csrfmiddlewaretoken]").value;
  const version = deal.map((id) => find(id)?.dataset.version ?? "");
  const values = { csrfmiddlewaretoken: token, owner: button.dataset.owner, deal, version };
  window.htmx.ajax("POST", button.dataset.do, { source: bar, swap: "none", values });
};

const act = (button) => {
  const ids = chosen().map((card) => card.dataset.card);
  inTurn(() => give(button, ids));
};

const press = (button) => {
  if (button.dataset.goCard && find(current)) go(find(current), button.dataset.goCard);
  else if (button.dataset.ask) ask(button.dataset.ask);
  else if (button.dataset.do) act(button);
  else if ("pickAll" in button.dataset) selectAll();
  else if ("pick" in button.dataset && find(current)) toggle(find(current));
  else if ("unpick" in button.dataset) selectNone();
};

// “New deal” makes one in the column where one is: its key goes to that column's button.
const lend = (card) => {
  const usual = document.getElementById("new-deal");
  const here = card?.closest("[data-stage-key]")?.querySelector("[data-new]");
  for (const one of document.querySelectorAll("#board [data-new][data-key]")) one.removeAttribute("data-key");
  if (here) here.dataset.key = "KeyC";
  if (here) usual?.removeAttribute("data-key");
  else if (usual) usual.dataset.key = "KeyC";
};

if (bar) {
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) press(button);
  });
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest?.("#board [data-card]");
    if (card) current = card.dataset.card;
    if (card || !event.target.closest?.("[data-card-bar], dialog")) lend(card);
    show();
  });
  document.addEventListener("focusout", () => requestAnimationFrame(show));
  document.addEventListener("cards-selected", show);
  document.addEventListener("cards-settled", show);
}
