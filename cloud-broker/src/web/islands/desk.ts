/** Narrows an already rendered table while typing; without it the same field asks the server. */
const input = document.querySelector<HTMLInputElement>("[data-filter]");
const none = document.getElementById("filter-none");

input?.addEventListener("input", () => {
  const words = input.value.toLowerCase().split(/\s+/);
  let isAnyShown = false;
  for (const row of document.querySelectorAll<HTMLElement>("[data-find]")) {
    row.hidden = !words.every((word) => row.dataset["find"]?.includes(word));
    isAnyShown ||= !row.hidden;
  }
  if (none) none.hidden = isAnyShown;
});

// Copies a link or a command; the text stays selectable without it.
for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
  const { copy, done } = button.dataset;
  const text = document.getElementById(copy ?? "")?.textContent;
  if (!text || !("clipboard" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(text).then(() => {
      const label = button.querySelector("span");
      if (label) label.textContent = done ?? "";
    });
  });
}

export {};
