/** The JSON that a button sends to `/counter/press`. */
export function press(kind: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ kind, ...more });
}
