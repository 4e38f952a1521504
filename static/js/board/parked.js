// htmx takes the cards of an answer to their places only through what asked, and only while the page has that. So what
// was replaced or closed before its answer came stays in the page, out of sight, until then.
const asking = new Map();
const place = document.createElement("div");
place.hidden = true;
document.body.append(place);

const park = () => {
  for (const element of asking.values()) if (!element.isConnected) place.append(element);
};

const clear = () => {
  if (![...asking.values()].some((element) => place.contains(element))) place.replaceChildren();
};

document.addEventListener("htmx:beforeSend", ({ detail: { elt, xhr, requestConfig } }) => {
  if (requestConfig.verb !== "get") asking.set(xhr, elt);
});
document.addEventListener("htmx:afterSwap", park);
document.getElementById("dialog").addEventListener("close", park);
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (asking.delete(xhr)) setTimeout(clear, 0);
});
