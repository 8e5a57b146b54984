// Keys on the screen for a field of digits (code-pad.tsx), and a roster that narrows while typing.

document.addEventListener("click", (event) => {
  const key =
    event.target instanceof Element ? event.target.closest<HTMLElement>("[data-digit]") : null;
  const field = key?.closest(".code-pad")?.querySelector("input");
  const digit = key?.dataset["digit"];
  if (field === null || field === undefined || digit === undefined) return;
  if (digit === "back") field.value = field.value.slice(0, -1);
  else if (field.value.length < field.maxLength) field.value += digit;
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
