/** Hides or shows amounts at once; the cookie makes the server render the next page the same way. */
const form = document.querySelector<HTMLFormElement>("form.eye");
const button = form?.querySelector("button");
const label = document.getElementById("eye-label");

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const isHidden = document.documentElement.classList.toggle("is-discreet");
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `saku-nominal=${isHidden ? 1 : 0}; path=/; samesite=lax; max-age=31536000${secure}`;
  if (label !== null) label.textContent = button?.dataset[isHidden ? "show" : "hide"] ?? "";
});

/** Links that lead to a confirm page open it as a dialog instead, and no form is sent twice. */
addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const closing = target?.closest("[data-close]");
  const open = closing?.closest("dialog");
  if (open) {
    event.preventDefault();
    open.close();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const id = target?.closest<HTMLElement>("[data-dialog]")?.dataset["dialog"];
  const dialog = id === undefined ? null : document.getElementById(id);
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
});

addEventListener("submit", (event) => {
  const { submitter } = event;
  // After the browser has read the form, or the pressed button's own value would be missing.
  if (submitter instanceof HTMLButtonElement) setTimeout(() => (submitter.disabled = true));
});

addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button:disabled"))
    button.disabled = false;
});

export {};
