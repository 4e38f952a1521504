// While a key after "g" is waited for, the [data-keys-hint] says which ones there are.
const hint = document.querySelector("[data-keys-hint]");

document.addEventListener("keys-waiting", (event) => {
  hint.hidden = !event.detail.waiting;
});
