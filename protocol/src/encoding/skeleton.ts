/** Containers may stand inside one another this deep; the value itself is at depth 0. */
export const DEPTH_MAX = 16;

const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const SIMPLE = 7;

/**
 * Walks the item heads of RFC 8949 §3 without recursion and without building anything, so that hostile nesting or a
 * promise of 2⁶⁴ items costs nothing. True when the bytes are exactly one item of definite lengths, at most
 * `DEPTH_MAX` deep, without tags, floats, undefined or other simple values.
 */
export function hasSoundSkeleton(bytes: Uint8Array): boolean {
  const open: number[] = [];
  let offset = 0;
  do {
    const head = headAt(bytes, offset);
    if (head === null) return false;
    offset = head.end;
    if (offset > bytes.length) return false;
    if (head.children > 0) {
      if (open.length === DEPTH_MAX) return false;
      open.push(head.children);
    } else closeFinished(open);
  } while (open.length > 0);
  return offset === bytes.length;
}

/** Counts one finished item off, and with it every container that it completes. */
function closeFinished(open: number[]): void {
  while (open.length > 0) {
    const left = (open.pop() ?? 0) - 1;
    if (left > 0) {
      open.push(left);
      return;
    }
  }
}

function headAt(bytes: Uint8Array, offset: number): { end: number; children: number } | null {
  const first = bytes[offset];
  if (first === undefined) return null;
  const major = first >> 5;
  const info = first & 31;
  if (major === TAG || info > 27) return null;
  // false, true and null are the only simple values; 25…27 would be floats.
  if (major === SIMPLE && (info < 20 || info > 22)) return null;
  const size = info < 24 ? 0 : 1 << (info - 24);
  let argument = size === 0 ? info : 0;
  for (let index = 1; index <= size; index++)
    argument = argument * 256 + (bytes[offset + index] ?? 0);
  const end = offset + 1 + size;
  if (major === BYTES || major === TEXT) return { end: end + argument, children: 0 };
  if (major === ARRAY) return { end, children: argument };
  if (major === MAP) return { end, children: argument * 2 };
  return { end, children: 0 };
}
