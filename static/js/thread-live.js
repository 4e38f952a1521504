// What comes in while a conversation is open stands at its end, and holds a reply that was begun before it. What one is
// writing is never touched.
import { gain } from "./thread.js";

// A press this soon after the notice was meant for the button as it was before.
const STARTLED_MS = 900;
const NEWS = new Set(["message.received", "message.sent", "note.created", "reset"]);
let startled = 0;
let asking = null;
let again = false;

const thread = () => document.querySelector("[data-thread][data-since]");
const replying = () => document.querySelector('[data-sends="reply"]');

const address = (from) => {
  const url = new URL(from.dataset.since, location.href);
  url.searchParams.set("position", from.dataset.position);
  url.searchParams.set("at", from.dataset.at);
  const form = replying();
  if (!form) return url;
  url.searchParams.set("token", form.elements.token.value);
  url.searchParams.set("begun", document.getElementById("guard").dataset.begun);
  if (form.elements.body.value.trim()) url.searchParams.set("writing", "1");
  return url;
};

const guard = (fresh, send) => {
  const old = document.getElementById("guard");
  // What was typed while this was asked for was typed without seeing it: the server is asked once more.
  if (!fresh.matches("[data-held]") && replying().elements.body.value.trim()) return;
  if (fresh.matches("[data-held]") && !old.matches("[data-held]")) startled = Date.now() + STARTLED_MS;
  old.replaceWith(fresh);
  document.getElementById("send").replaceWith(send);
};

const announce = (articles) => {
  const who = articles.at(-1)?.querySelector(".message__who")?.textContent.trim();
  if (who) document.getElementById("announcer").textContent = `New from ${who}`;
};

const look = async () => {
  const from = thread();
  if (!from) return;
  const answer = await fetch(address(from), { headers: { "HX-Request": "true" } });
  if (!answer.ok || !from.isConnected) return;
  const drawn = document.createElement("template");
  drawn.innerHTML = await answer.text();
  const elements = [...drawn.content.children];
  const fresh = elements.find((one) => one.id === "guard");
  const send = elements.find((one) => one.id === "send");
  const entries = elements.filter((one) => one !== fresh && one !== send);
  announce(entries.filter((one) => one.matches("article") && !document.getElementById(one.id)));
  gain(entries);
  from.dataset.position = answer.headers.get("Parley-Position");
  from.dataset.at = answer.headers.get("Parley-At");
  if (fresh && replying()) guard(fresh, send);
};

// One look at a time; what is heard of meanwhile is looked for after it.
const soon = () => {
  again = true;
  asking ??= (async () => {
    while (again) {
      again = false;
      await look().catch(() => {});
    }
    asking = null;
  })();
};

document.addEventListener("live", ({ detail }) => {
  const here = thread();
  if (!here) return;
  if (detail.type === "message.delivery_changed") {
    document.getElementById(`state-${detail.id}`)?.dispatchEvent(new CustomEvent("refresh"));
  } else if (NEWS.has(detail.type) && (detail.type === "reset" || detail.conversation === here.dataset.conversation)) soon();
});

document.addEventListener(
  "htmx:beforeRequest",
  (event) => {
    if (event.detail.elt.dataset?.sends === "reply" && Date.now() < startled) event.preventDefault();
  },
  true,
);
