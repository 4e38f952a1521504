// One connection to the live stream, made again for as long as it is wanted. A browser's own way of trying again gives
// up where a proxy answers for a server that is away, and does not notice a connection that died while it slept.
const PAUSE_MS = 400;
const LONGEST_MS = 15_000;
const SILENT_MS = 40_000; // pings come every 15 s
const PATIENCE_MS = 3_000; // the stream ends every few minutes to begin anew: nobody need hear of so short a gap

// Why there is no stream: "over" where nobody is signed in, "none" where this server keeps none, else undefined.
const reason = async (url) => {
  try {
    const { status } = await fetch(url, { method: "HEAD" });
    return { 204: "none", 401: "over" }[status];
  } catch {
    return undefined;
  }
};

// after() says where to go on; told(detail, at), moved(at), lost(), back() and ended(why) are called as it happens, back
// also where nobody noticed that it was away.
export const follow = (url, { after, told, moved, lost, back, ended }) => {
  let source;
  let pause = PAUSE_MS;
  let heard = 0;
  let next;
  let patience;

  const hears = (act) => (event) => {
    heard = Date.now();
    act(event);
  };

  const open = () => {
    clearTimeout(next);
    next = undefined;
    heard = Date.now();
    source = new EventSource(`${url}?after=${after()}`);
    source.onmessage = hears((event) => told(JSON.parse(event.data), event.lastEventId));
    source.addEventListener("announced", hears((event) => told(JSON.parse(event.data))));
    source.addEventListener("ping", hears((event) => moved(event.lastEventId)));
    source.addEventListener("ready", hears(ready));
    source.onerror = again;
  };

  const ready = (event) => {
    moved(event.lastEventId);
    pause = PAUSE_MS;
    clearTimeout(patience);
    patience = undefined;
    back();
  };

  const again = async () => {
    const refused = source.readyState === EventSource.CLOSED;
    source.close();
    patience ??= setTimeout(lost, PATIENCE_MS);
    clearTimeout(next);
    next = setTimeout(open, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, LONGEST_MS);
    const why = refused && (await reason(url));
    if (!why) return;
    stop();
    ended(why);
  };

  const watch = () => {
    if (!next && Date.now() - heard > SILENT_MS) again();
  };
  const hurry = () => {
    if (next && !document.hidden) open();
    else watch();
  };
  const watching = setInterval(watch, 5_000);
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);

  const stop = () => {
    clearTimeout(next);
    clearTimeout(patience);
    clearInterval(watching);
    removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
    source.close();
  };

  open();
  return stop;
};
