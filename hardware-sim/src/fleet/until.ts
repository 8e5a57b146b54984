/** Waits for a fact, looking every `everyMs`; throws with `what` when it has not come true within `timeoutMs`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null> | T | null,
  options: { readonly timeoutMs: number; readonly everyMs?: number },
): Promise<T> {
  const endMs = Date.now() + options.timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > endMs) throw new Error(`Waited ${options.timeoutMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 20));
  }
}
