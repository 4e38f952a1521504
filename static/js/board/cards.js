// Where the cards are. A card is known by its deal, a column by the key of its stage.
export const board = () => document.getElementById("board");
export const all = () => [...document.querySelectorAll("#board [data-card]")];
export const find = (id) => document.querySelector(`#board [data-card="${id}"]`);
export const columns = () => [...document.querySelectorAll("#board [data-stage-key]")];
export const column = (key) => document.querySelector(`#board [data-stage-key="${key}"]`);
export const listOf = (key) => document.querySelector(`#board [data-column="${key}"]`);
export const cardsIn = (list) => (list ? [...list.querySelectorAll(":scope > [data-card]")] : []);
export const moreOf = (list) => list.querySelector(":scope > [data-more]");
export const link = (card) => card?.querySelector("[data-step]");

// Whether the team's order is shown: only then a card has a place of its own in its column.
export const byHand = () => board().hasAttribute("data-by-hand");
