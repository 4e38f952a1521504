// Rows are ticked by mouse, with x, with Shift and j or k, or all at once; what is done to them stands in the [data-bulk]
// form. Ticks outlive the rows' being shown anew. "All that match" is more than what is shown: a choice of its own.
const picked = new Set();
let anchor = null;

const bulk = () => document.querySelector("[data-bulk]");
const picks = () => [...document.querySelectorAll("#rows [data-pick]")];
const steps = () => [...document.querySelectorAll("#rows [data-step]")];
const pickOf = (step) => step?.closest("[data-row]")?.querySelector("[data-pick]");
const matching = () => document.querySelector("[data-pick-matching][aria-pressed=true]");
const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

const current = () => {
  const here = document.activeElement?.closest?.("#rows [data-row]")?.querySelector("[data-step]");
  return here ?? document.querySelector("#rows [data-step][aria-current]");
};

const show = () => {
  const form = bulk();
  if (!form) return;
  const all = picks();
  const whole = matching();
  const number = whole ? Number(whole.dataset.pickMatching) : picked.size;
  form.querySelector("[data-bulk-count]").textContent = number ? number.toLocaleString("en") : "";
  form.querySelector("[data-bulk-scope]").value = whole ? "matching" : "chosen";
  form.querySelector("[data-bulk-shown]").textContent = all.length.toLocaleString("en");
  const every = all.length > 0 && all.every((pick) => pick.checked);
  form.querySelector("[data-pick-shown]").setAttribute("aria-pressed", String(every && !whole));
  const master = document.querySelector("[data-pick-all]");
  master.checked = every;
  master.indeterminate = picked.size > 0 && !every;
};

// Asked for when the first is ticked: to count all that match is no small question.
const begun = () => {
  const all = document.getElementById("bulk-all");
  if (!all || "asked" in all.dataset) return;
  all.dataset.asked = "";
  all.dispatchEvent(new CustomEvent("picking"));
};

const set = (pick, on) => {
  pick.checked = on;
  if (on) picked.add(pick.value);
  else picked.delete(pick.value);
};

const change = (wanted, on) => {
  for (const pick of wanted) set(pick, on);
  matching()?.setAttribute("aria-pressed", "false");
  if (picked.size) begun();
  show();
};

const clear = () => {
  change(picks(), false);
  picked.clear();
  const all = document.getElementById("bulk-all");
  all?.replaceChildren();
  delete all?.dataset.asked;
  show();
};

const between = (one, other) => {
  const all = picks();
  const [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  return from < 0 ? [other] : all.slice(from, to + 1);
};

const extend = (way) => {
  const all = steps();
  const here = all.indexOf(current());
  const next = all[here + way] ?? all[Math.max(here, 0)];
  change([pickOf(all[here]), pickOf(next)].filter(Boolean), true);
  next?.focus();
};

document.addEventListener("click", (event) => {
  const pick = event.target.closest?.("[data-pick]");
  if (pick) {
    change(event.shiftKey && anchor ? between(anchor, pick) : [pick], pick.checked);
    anchor = pick;
  }
  if (event.target.closest?.("[data-pick-all]")) change(picks(), event.target.checked);
  if (event.target.closest?.("[data-pick-shown]")) change(picks(), true);
  if (event.target.closest?.("[data-pick-none]")) {
    clear();
    (current() ?? steps()[0])?.focus({ preventScroll: true });
  }
  const whole = event.target.closest?.("[data-pick-matching]");
  if (whole) {
    change(picks(), true);
    whole.setAttribute("aria-pressed", "true");
    show();
  }
});

const KEYS = {
  KeyX: () => {
    const pick = pickOf(current());
    if (pick) change([pick], !pick.checked);
  },
  "Shift+KeyJ": () => extend(1),
  "Shift+KeyK": () => extend(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (!bulk() || document.querySelector("dialog[open]") || document.body.dataset.singleKeys === "off") return;
  const act = KEYS[`${event.shiftKey ? "Shift+" : ""}${event.code}`];
  if (!act) return;
  event.preventDefault();
  act();
});

// Before everything else that listens to Escape, but for a menu that is open.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !picked.size || typing(event.target)) return;
    if (document.querySelector("[data-menu][open], dialog[open]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const here = current();
    clear();
    (here ?? steps()[0])?.focus({ preventScroll: true });
  },
  true,
);

const again = () => {
  const there = new Set(picks().map((pick) => pick.value));
  for (const id of picked) if (!there.has(id)) picked.delete(id);
  for (const pick of picks()) pick.checked = picked.has(pick.value);
  show();
};

document.addEventListener("htmx:afterSettle", again);
document.addEventListener("htmx:oobAfterSwap", again);
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== bulk() || !event.detail.successful) return;
  clear();
  setTimeout(() => {
    if (!document.activeElement?.checkVisibility() || document.activeElement === document.body) {
      (current() ?? steps()[0])?.focus({ preventScroll: true });
    }
  }, 50);
});
for (const pick of picks()) if (pick.checked) picked.add(pick.value); // as the browser kept them
show();
