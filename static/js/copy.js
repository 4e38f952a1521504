// A [data-copy] button puts the value of the field it names on the clipboard, and says so. Without a script the field
// can be selected by hand.
const SAID_MS = 2_000;

const onto = async (field) => {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy"); // where the page is not served securely there is no other way
  }
};

const say = (button, words) => {
  const place = button.querySelector("[data-copy-words]");
  place.textContent = words;
  setTimeout(() => {
    place.textContent = "Copy";
  }, SAID_MS);
  document.getElementById("announcer").textContent = words;
};

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const copied = await onto(document.getElementById(button.dataset.copy));
  say(button, copied ? "Copied" : "Press Ctrl+C");
});
