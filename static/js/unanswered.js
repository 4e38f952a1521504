// What was sent to change something and has no answer yet, and what waits for these answers. Forms that wait in a line of
// their own (in-turn.js, deals-in-turn.js) go out as soon as one is there: a moment in which nothing is sent is awaited.
const PAUSE_MS = 50;
const sent = new Set();
const waiting = [];
let quiet;

const settle = () => {
  if (sent.size) return;
  waiting.shift()?.();
  if (waiting.length) hush();
};

const hush = () => {
  clearTimeout(quiet);
  quiet = setTimeout(settle, PAUSE_MS);
};

export const isUnanswered = () => sent.size > 0 || waiting.length > 0;

// Does it once all is answered, and not at all where something was refused.
export const onceAnswered = (act) => waiting.push(act);

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
  if (requestConfig.verb !== "get") sent.add(xhr);
});
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (!sent.delete(xhr)) return;
  if (xhr.status < 200 || xhr.status >= 400) waiting.length = 0;
  hush();
});
