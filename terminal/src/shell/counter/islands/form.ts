// Keys on the screen for a field of digits (code-pad.tsx), and a roster that narrows while typing.

document.addEventListener("click", (event) => {
  const key =
    event.target instanceof Element ? event.target.closest<HTMLElement>("[data-digit]") : null;
  const field = key?.closest(".code-pad")?.querySelector("input");
  const digit = key?.dataset["digit"];
  if (field === null || field === undefined || digit === undefined) return;
  // An amount that the page proposed is replaced by the first key, like the selected text of a form.
  if (field.dataset["amount"] === "" && field.value === field.defaultValue) {
    if (field.dataset["touched"] === undefined && digit !== "back") field.value = "";
    field.dataset["touched"] = "";
  }
  const shown = digit === "back" ? field.value.slice(0, -1) : field.value + digit;
  const next = field.dataset["amount"] === undefined ? shown : amountText(shown);
  if (next.length <= field.maxLength) field.value = next;
});

/** Digits with dots between the thousands, as money is written here. */
function amountText(text: string): string {
  const digits = text.replaceAll(/\D/g, "").replace(/^0+(?=\d)/, "");
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ".");
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field instanceof HTMLInputElement && field.dataset["amount"] !== undefined)
    field.value = amountText(field.value);
});

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.dataset["filter"] === undefined) return;
  const wanted = field.value.trim().toLowerCase();
  for (const line of document.querySelectorAll<HTMLElement>("[data-name]"))
    line.hidden = !(line.dataset["name"] ?? "").includes(wanted);
});

/** At most two fingers: choosing a third lets go of the first. */
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.name !== "fingers") return;
  const chosen = [...document.querySelectorAll<HTMLInputElement>("input[name=fingers]:checked")];
  const [first] = chosen.filter((other) => other !== box);
  if (chosen.length > 2 && first !== undefined) first.checked = false;
});
