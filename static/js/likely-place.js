// The country makes a currency and a time zone likely ([data-likely-place]). Both follow it, but what somebody chose stays.
// Where one is, the machine's clock knows better than its languages do.
const form = document.querySelector("[data-likely-place]");
const { region, currency, time_zone: zone } = form.elements;
const chosen = new Set();

const offer = (select, value) => {
  if (chosen.has(select) || ![...select.options].some((option) => option.value === value)) return;
  select.value = value;
};

offer(zone, Intl.DateTimeFormat().resolvedOptions().timeZone);
const here = { region: region.value, zone: zone.value };

form.addEventListener("change", ({ target }) => {
  chosen.add(target);
  if (target !== region) return;
  const likely = region.selectedOptions[0].dataset;
  offer(currency, likely.currency);
  offer(zone, region.value === here.region ? here.zone : likely.zone);
});
