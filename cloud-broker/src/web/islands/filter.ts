/** Narrows an already rendered table while typing; without it the same field asks the server. */
const input = document.querySelector<HTMLInputElement>("[data-filter]");
const rows = document.querySelectorAll<HTMLElement>("[data-find]");
const none = document.getElementById("filter-none");

input?.addEventListener("input", () => {
  const words = input.value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const row of rows) {
    const text = row.dataset["find"] ?? "";
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown += 1;
  }
  if (none !== null) none.hidden = shown > 0;
});

export {};
