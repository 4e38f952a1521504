// Where one was in a list ([data-place]) is found again after Back or a reload: as far down, on the same row.
const MOST = 10;

const place = () => document.querySelector("[data-place]");
const rows = () => document.querySelectorAll("#rows [data-row]").length;

const key = () => {
  const query = new URLSearchParams(location.search);
  for (const name of ["pane", "more", "earlier"]) query.delete(name);
  return `place ${location.pathname.split("/")[1]}?${query}`;
};

const remember = () => {
  if (!place()?.checkVisibility()) return;
  const row = document.activeElement?.closest?.("#rows [data-row]")?.querySelector("[data-step]")?.id ?? "";
  sessionStorage.setItem(key(), JSON.stringify({ top: place().scrollTop, rows: rows(), row }));
};

const restore = async () => {
  const kept = JSON.parse(sessionStorage.getItem(key()) ?? "null");
  if (!kept || !place()) return;
  for (let times = 0; times < MOST && rows() < kept.rows; times += 1) {
    const more = document.querySelector("#rows [data-more] a");
    if (!more) break;
    await window.htmx.ajax("GET", more.href, { target: more.closest("li"), swap: "outerHTML" });
  }
  place().scrollTop = kept.top;
  if (document.activeElement === document.body) document.getElementById(kept.row)?.focus({ preventScroll: true });
};

document.addEventListener("click", remember, true);
document.addEventListener("keydown", remember, true);
window.addEventListener("pagehide", remember);
document.addEventListener("htmx:historyRestore", restore);
const [navigation] = performance.getEntriesByType("navigation");
if (["back_forward", "reload"].includes(navigation?.type)) restore();
