// What the server finds for the palette, a moment after the last letter. Only the newest question is answered: an older
// one is given up, so its answer can come as late as it likes.
const PAUSE_MS = 150;
let pause = 0;
let asking;

const ask = async (url, asked) => {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const address = new URL(url, location.href);
  address.searchParams.set("q", asked);
  try {
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const answer = await fetch(address, { headers, signal });
    return answer.ok ? await answer.text() : "";
  } catch {
    return signal.aborted ? null : "";
  }
};

// `show` gets the answer as HTML, empty where there is none.
export const search = (url, asked, show) => {
  clearTimeout(pause);
  pause = setTimeout(async () => {
    const html = await ask(url, asked);
    if (html !== null) show(html);
  }, PAUSE_MS);
};

export const giveUp = () => {
  clearTimeout(pause);
  asking?.abort();
};
