// What is being written is kept on the server: soon after each change, and at once when it is left.
import { answered } from "./answered.js";
import { post } from "./post.js";

const WAIT_MS = 600;
const AGAIN_MS = 5000;
// For so long an answer of the server may be older than what was typed here.
const FRESH_MS = 5000;
const typed = new Map();
const unsaved = new Map();
let timer = 0;
let shown = "";

const composer = () => document.getElementById("composer");
const name = (field) => `${composer().dataset.composer} ${field.dataset.keeps}`;

// A lone “/…” asks for a canned reply and is nothing to keep.
const kept = (field) => (/^\s*\/\S*$/.test(field.value) ? "" : field.value);

const say = (entry, words) => {
  if (composer()?.dataset.composer !== entry.conversation) return;
  composer().querySelector(`[data-saved="${entry.kind}"]`).textContent = words;
};

const mark = (entry, stands) => {
  const row = document.querySelector(`[data-draft-mark="${entry.conversation}"]`);
  const other = [...(composer()?.querySelectorAll("[data-keeps]") ?? [])].some((field) => kept(field).trim());
  if (row) row.hidden = !(stands || (composer()?.dataset.composer === entry.conversation && other));
};

const snapshot = (field) => {
  const { token, seen } = field.form.elements;
  const { composer: conversation, draft: url } = composer().dataset;
  return { conversation, url, kind: field.dataset.keeps, body: kept(field), token: token.value, seen: seen?.value ?? "0" };
};

const save = async (key, how) => {
  const entry = unsaved.get(key);
  const { url, conversation, ...fields } = entry;
  const answer = await post(url, fields, how).catch(() => null);
  if (unsaved.get(key) !== entry) return;
  if (answer?.ok) {
    unsaved.delete(key);
    say(entry, answer.status === 204 ? "Draft saved" : "");
    mark(entry, answer.status === 204);
  } else {
    say(entry, "Draft not saved yet");
    if (!timer) timer = setTimeout(flush, AGAIN_MS);
  }
};

const flush = (how) => {
  clearTimeout(timer);
  timer = 0;
  for (const key of unsaved.keys()) save(key, how);
};

document.addEventListener("input", ({ target: field }) => {
  if (!field.matches?.("[data-keeps]")) return;
  unsaved.set(name(field), snapshot(field));
  typed.set(name(field), { body: field.value, at: Date.now() });
  say(snapshot(field), "");
  clearTimeout(timer);
  timer = setTimeout(flush, WAIT_MS);
});
document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.("[data-keeps]") && unsaved.size) flush();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") flush({ leaving: true });
});
window.addEventListener("pagehide", () => flush({ leaving: true }));

// What is being sent is no draft any more; what was refused is one again, wherever one is by then.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt: form, requestConfig, xhr } = event.detail;
  if (event.defaultPrevented || !form.matches?.("[data-sends]")) return;
  const key = name(form.elements.body);
  const entry = { ...snapshot(form.elements.body), body: requestConfig.parameters.body };
  unsaved.delete(key);
  typed.delete(key);
  say(entry, "");
  answered(form, "htmx:afterRequest", xhr, ({ xhr: { status } }) => {
    if ((status >= 200 && status < 400) || typed.has(key)) return;
    unsaved.set(key, entry);
    typed.set(key, { body: entry.body, at: Date.now() });
    flush();
  });
});

// A composer was drawn anew: what was typed here a moment ago is newer than what the server knew.
const restore = () => {
  const conversation = composer()?.dataset.composer ?? "";
  for (const field of composer()?.querySelectorAll("[data-keeps]") ?? []) {
    const last = typed.get(name(field));
    const newer = last && (unsaved.has(name(field)) || conversation === shown || Date.now() - last.at < FRESH_MS);
    if (newer && field.value !== last.body) field.value = last.body;
  }
  shown = conversation;
};
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "conversation" || event.detail.elt?.id === "conversation") restore();
});
document.addEventListener("htmx:historyRestore", restore);
shown = composer()?.dataset.composer ?? "";
