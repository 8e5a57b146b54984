/** Room for any name on a receipt, a screen and a character display that scrolls. */
export const LABEL_LENGTH_MAX = 80;

/** No control characters, which would break a log line or a display, and nothing that UTF-8 cannot carry. */
export const LABEL_PATTERN: RegExp = /^[^\p{Cc}\p{Cs}\ufeff]*$/u;

/** A text for people (rule P6): 1 … 80 UTF-16 units without control characters. Ask before a name is stored. */
export function isLabel(text: string): boolean {
  return text.length > 0 && text.length <= LABEL_LENGTH_MAX && LABEL_PATTERN.test(text);
}
