/** Says what saving would mean while the amount is chosen or typed. The server reads the amount again, and decides. */
const output = document.querySelector<HTMLOutputElement>("#limit-preview");
const form = output?.closest("form");
const amount = form?.querySelector<HTMLInputElement>("#amount");
const money = new Intl.NumberFormat("id-ID", {
  style: "currency",
  currency: "IDR",
  maximumFractionDigits: 0,
});

/** The common spellings only; anything else leaves the sentence that asks. */
function read(text: string): number | null {
  const match = /^(?:rp\.?)?(\d{1,3}(?:[.,]\d{3})+|\d+)(rb|ribu|k)?$/.exec(
    text.toLowerCase().replace(/\s/g, ""),
  );
  return match === null
    ? null
    : Number((match[1] ?? "").replace(/[.,]/g, "")) * (match[2] === undefined ? 1 : 1000);
}

function update(): void {
  if (!output || !form || !amount) return;
  const chosen = new FormData(form).get("choice");
  const text = amount.value.trim() === "" && typeof chosen === "string" ? chosen : amount.value;
  const value = text === "none" ? null : read(text);
  const { some, none, ask } = output.dataset;
  const sentence =
    text === "none" ? none : value === null ? ask : some?.replace("{limit}", money.format(value));
  output.textContent = sentence ?? "";
}

form?.addEventListener("change", (event) => {
  // A chip chosen after typing means the chip.
  if (amount && event.target instanceof HTMLInputElement && event.target.type === "radio")
    amount.value = "";
  update();
});
amount?.addEventListener("input", () => {
  if (amount.value !== "")
    for (const radio of form?.querySelectorAll<HTMLInputElement>("input[type=radio]") ?? [])
      radio.checked = false;
  update();
});

export {};
