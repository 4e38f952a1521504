// Tells the server while this window shows a conversation, and shows who else does. On leaving, how far it was read.
import { post } from "./post.js";

const BEAT_MS = 15_000;
const WRITING_MS = 10_000;
const bytes = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const id = bytes.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
let here = null;
let wrote = 0;
let told = false;

const composer = () => document.getElementById("composer");
const position = () => document.querySelector("[data-thread]")?.dataset.position ?? "";
const writing = () => Date.now() - wrote < WRITING_MS;

const draw = async (answer) => {
  const place = document.getElementById("presence");
  if (!answer?.ok || !place) return;
  const drawn = document.createElement("template");
  drawn.innerHTML = await answer.text();
  const fresh = drawn.content.firstElementChild;
  if (fresh?.dataset.presence === place.dataset.presence && fresh.textContent !== place.textContent) place.replaceWith(fresh);
};

const beat = async () => {
  if (!here || document.visibilityState === "hidden") return;
  told = writing();
  const fields = told ? { window: id, writing: "1" } : { window: id };
  await draw(await post(here.url, fields).catch(() => null));
};

const leave = (how) => {
  if (here) post(here.left, { window: id, position: here.position }, how).catch(() => {});
  here = null;
};

const follow = () => {
  const now = composer()?.dataset;
  if (here && here.conversation === now?.composer) return;
  leave();
  wrote = 0;
  if (!now) return;
  here = { conversation: now.composer, url: now.here, left: now.left, position: position() };
  beat();
};

document.addEventListener("htmx:beforeSwap", () => {
  if (here && document.visibilityState === "visible") here.position = position();
});
document.addEventListener("htmx:afterSettle", follow);
document.addEventListener("htmx:historyRestore", follow);
document.addEventListener("input", ({ target }) => {
  if (!target.matches?.('[data-keeps="reply"]') || !target.value.trim()) return;
  wrote = Date.now();
  if (!told) beat();
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches?.("[data-sends]")) wrote = 0; // it is written; the others hear of it within a second
});
const ask = () => fetch(composer().dataset.others, { headers: { "HX-Request": "true" } }).then(draw, () => {});

document.addEventListener("live", ({ detail }) => {
  if (detail.type === "presence.changed" && detail.id === here?.conversation) ask();
});
// Who comes and goes is announced to those who listen, and stands in no log: whoever begins to listen asks once.
document.addEventListener("live-listening", () => {
  if (here) ask();
});
document.addEventListener("visibilitychange", beat);
window.addEventListener("pagehide", () => {
  if (here) here.position = position();
  leave({ leaving: true });
});
window.addEventListener("pageshow", follow);
setInterval(() => {
  if (told !== writing()) beat();
}, 1000);
setInterval(beat, BEAT_MS);
follow();
