export type Cell = string | number | null;

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r\n]/;

function cell(value: Cell): string {
  if (value === null) return "";
  // Plain digits, so that a spreadsheet adds them up whatever its language is.
  if (typeof value === "number") return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  // Always quoted: a number that is text keeps its leading zeros for whoever imports it as text.
  return `"${safe.replaceAll('"', '""')}"`;
}

/** A table for spreadsheets (RFC 4180): a byte order mark so that Excel reads UTF-8, and rows that end in CRLF. */
export function csvOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head.join(","), ...rows.map((row) => row.map(cell).join(","))];
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}
