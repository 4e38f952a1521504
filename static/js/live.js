// What happens in the workspace, told to this page while it happens: a `live` event on the document for each, with
// detail {type, subject, id, conversation?, contact?, deal?, by?}; {type: "reset"} where so much was missed that
// everything shown should be asked for anew. `live-lost` and `live-caught-up` say that the connection went and came,
// `live-listening` each time that it stands: what is only announced, and stands in no log, is heard from here on.
//
// All tabs of a person share one stream: one of them holds the lock and leads, the others hear it from there. Each
// remembers its place in the log, from its page on, so nothing is missed or told twice when the leading tab closes.
import { follow } from "./live-stream.js";

const RECENT = 500;
const door = document.querySelector("[data-live]");
const name = `parley-live-${door?.dataset.liveWho}`;
const tab = Math.random().toString(36).slice(2);
let last = door?.dataset.liveAfter;
let state = "back";
let channel;
let leading; // {from, told}: the place this tab leads from, and what it told since
let leave;

const isLater = (one, other) => {
  const [[transaction, sequence], [otherTransaction, otherSequence]] = [one, other].map((at) => at.split("-").map(BigInt));
  return transaction === otherTransaction ? sequence > otherSequence : transaction > otherTransaction;
};

const move = (at) => {
  if (isLater(at, last)) last = at;
};

const take = (detail, at) => {
  if (at && !isLater(at, last)) return;
  if (at) last = at;
  document.dispatchEvent(new CustomEvent("live", { detail }));
};

const become = (next) => {
  if (next === "back") document.dispatchEvent(new CustomEvent("live-listening"));
  if (next === state) return;
  state = next;
  document.dispatchEvent(new CustomEvent({ lost: "live-lost", back: "live-caught-up", over: "live-over" }[next]));
};

const keep = (detail, at) => {
  if (!at) return;
  leading.told.push([detail, at]);
  if (leading.told.length > RECENT) [, leading.from] = leading.told.shift();
};

const tellState = (next) => () => {
  become(next);
  channel.postMessage({ state: next });
};

const lead = () => {
  leading = { from: last, told: [] };
  channel.postMessage({ leads: true });
  return follow(door.dataset.live, {
    after: () => last,
    told: (detail, at) => {
      keep(detail, at);
      take(detail, at);
      channel.postMessage({ told: [[detail, at]] });
    },
    moved: (at) => {
      move(at);
      channel.postMessage({ moved: at });
    },
    lost: tellState("lost"),
    back: tellState("back"),
    ended: (why) => {
      leave();
      if (why === "over") become("over");
    },
  });
};

// What a tab missed between its page and its first word with us, or while nobody led.
const since = (at) =>
  isLater(leading.from, at)
    ? [[{ type: "reset" }, last]]
    : leading.told.filter(([, itsPlace]) => isLater(itsPlace, at));

const hear = ({ data }) => {
  if (data.to && data.to !== tab) return;
  if (data.since && leading) channel.postMessage({ to: data.tab, told: since(data.since), state });
  if (data.leads) channel.postMessage({ since: last, tab });
  if (data.told) for (const [detail, at] of data.told) take(detail, at);
  if (data.moved) move(data.moved);
  if (data.state) become(data.state);
};

const join = () => {
  let stop;
  let release;
  const waiting = new AbortController();
  channel = new BroadcastChannel(name);
  channel.onmessage = hear;
  channel.postMessage({ since: last, tab });
  const held = () => {
    stop = lead();
    return new Promise((done) => {
      release = done;
    });
  };
  const turn = navigator.locks.request(name, { signal: waiting.signal }, held);
  turn.catch(() => {}); // left before it came
  leave = () => {
    leave = undefined;
    leading = undefined;
    waiting.abort();
    stop?.();
    release?.();
    channel.close();
  };
};

// Where the browser has no locks (plain http from another machine), each tab follows by itself while it is seen: a
// browser keeps only six connections to one server.
const joinAlone = () => {
  if (document.hidden) return;
  channel = { postMessage: () => {}, close: () => {} };
  const stop = lead();
  leave = () => {
    leave = undefined;
    leading = undefined;
    stop();
  };
};

const begin = () => {
  if (!leave) (navigator.locks ? join : joinAlone)();
};

if (door) {
  begin();
  addEventListener("pagehide", () => leave?.());
  addEventListener("pageshow", (event) => event.persisted && begin());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) begin(); // who was signed out may be in again
    else if (!navigator.locks) leave?.();
  });
}
