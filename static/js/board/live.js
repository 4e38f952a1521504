// What others do arrives as ids: the cards it is about are fetched, many at a time. See live.js of the whole page.
import { all } from "./cards.js";
import { refresh } from "./panel.js";

const GATHER_MS = 120;
const landing = document.getElementById("landing");
const ids = new Set();
let timer = 0;

const isAbout = (data, { id, contact, conversation }) =>
  (data.contact && (data.contact === contact || data.contact === id)) ||
  (data.conversation && (data.conversation === conversation || data.conversation === id));

const fetchThem = () => {
  const url = new URL(landing.dataset.cards, location.href);
  for (const id of ids) url.searchParams.append("deal", id);
  ids.clear();
  window.htmx.ajax("GET", url.pathname + url.search, { source: landing, swap: "none" });
};

const wholeBoard = () => {
  window.htmx.ajax("GET", landing.dataset.columns, { source: landing, target: "#board", swap: "outerHTML" });
};

const hear = (detail) => {
  if (detail.type === "reset" || detail.subject === "stage") {
    wholeBoard();
    refresh();
    return;
  }
  const panel = document.querySelector("#panel[data-deal]");
  if (detail.subject === "deal") ids.add(detail.id);
  else {
    for (const card of all()) if (isAbout(card.dataset, detail)) ids.add(card.dataset.card);
    if (panel && isAbout(panel.dataset, detail)) refresh();
  }
  if (panel && detail.subject === "deal" && detail.id === panel.dataset.deal) ids.add(detail.id);
  clearTimeout(timer);
  if (ids.size) timer = setTimeout(fetchThem, GATHER_MS);
};

document.addEventListener("live", (event) => hear(event.detail));
