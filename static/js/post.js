// Sends fields to an address of our own, as the forms of the page do. `leaving`: the page may be gone before the answer.
const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
// What browsers let out of a page that closes.
const MOST_LEAVING = 60_000;

export const post = (url, fields, { leaving = false } = {}) => {
  const body = new URLSearchParams({ csrfmiddlewaretoken: csrf(), ...fields });
  const keepalive = leaving && body.toString().length < MOST_LEAVING;
  return fetch(url, { method: "POST", body, keepalive, headers: { "HX-Request": "true" } });
};
