// Says quietly that what others do does not show for now, and for some seconds that it does again.
const SHORTLY_MS = 6_000;
const WORDS = {
  "live-lost": "Not connected. What others do shows up once it is back.",
  "live-caught-up": "Connected again, and up to date.",
  "live-over": "You are signed out, or more is asked of you to stay signed in. Reload the page to go on.",
};
const place = document.querySelector("[data-connection]");
let gone;

for (const [event, words] of Object.entries(WORDS)) {
  document.addEventListener(event, () => {
    clearTimeout(gone);
    place.textContent = words;
    if (event === "live-caught-up") gone = setTimeout(() => place.replaceChildren(), SHORTLY_MS);
  });
}
