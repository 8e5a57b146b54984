/** Copies a link or a command; the text stays selectable without it. */
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
  const text = document.getElementById(button.dataset["copy"] ?? "")?.textContent;
  if (!text || !("clipboard" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(text).then(() => {
      const label = button.querySelector("span");
      if (label !== null) label.textContent = button.dataset["done"] ?? "";
    });
  });
}

export {};
