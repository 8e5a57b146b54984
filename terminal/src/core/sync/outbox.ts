import {
  EVENT_BYTES_PER_FRAME_MAX,
  EVENTS_PER_FRAME_MAX,
  type Incarnation,
  type OutboxRange,
  type Watermark,
} from "@saku/protocol";

/** One incarnation of the journal and how far the cloud is in it. `safe` ≤ `ack` ≤ `sentTo` ≤ `lastN`. */
export type Lane = {
  readonly inc: Incarnation;
  /** Lowest event that the journal still holds; `lastN` + 1 when all are pruned. */
  readonly firstN: number;
  /** Highest event in the journal. */
  readonly lastN: number;
  /** Id of event `lastN`. */
  readonly tip: Uint8Array;
  readonly ack: number;
  readonly safe: number;
  /** Highest event that went out on this connection and is not due again. */
  readonly sentTo: number;
};

/** Incarnations, oldest first. */
export type Outbox = readonly Lane[];

export function laneOf(row: Omit<Lane, "sentTo">): Lane {
  return { ...row, sentTo: row.ack };
}

/** Most incarnations that a `hello` names. */
const HELLO_LANES_MAX = 256;

/** What `hello` says of the outbox: every lane with events that are not safe yet, and where some of those are gone (S17). */
export function helloRanges(outbox: Outbox): readonly OutboxRange[] {
  return outbox
    .filter((lane) => lane.safe < lane.lastN)
    .slice(0, HELLO_LANES_MAX)
    .map(({ inc, firstN, lastN, tip, safe }) => ({
      inc,
      from: safe + 1,
      to: lastN,
      tip,
      ...(firstN > safe + 1 ? { first: firstN } : {}),
    }));
}

/** True when some event is not safe yet. */
export function isOutboxOpen(outbox: Outbox): boolean {
  return outbox.some((lane) => lane.safe < lane.lastN);
}

/** An event that the cloud will not take: nothing of its lane is sent until the watermark has passed it (S11). */
export type Block = { readonly inc: Incarnation; readonly n: number };

/** The next event to send: of the oldest lane that has one and is not blocked (S3). */
export function nextToSend(
  outbox: Outbox,
  blocks: readonly Block[] = [],
): { readonly inc: Incarnation; readonly from: number } | null {
  const lane = outbox.find(
    (each) => dueIn(each) <= each.lastN && !blocks.some(({ inc }) => inc === each.inc),
  );
  return lane === undefined ? null : { inc: lane.inc, from: dueIn(lane) };
}

/** What was pruned is not due: a lane of which nothing is left must not hold the others (S17). */
const dueIn = ({ sentTo, firstN }: Lane): number => Math.max(sentTo + 1, firstN);

/** Where the journal begins now, lane by lane: events are pruned while the terminal runs. */
export function noteFirsts(outbox: Outbox, rows: readonly Pick<Lane, "inc" | "firstN">[]): Outbox {
  const firsts = new Map(rows.map(({ inc, firstN }) => [inc, firstN]));
  const isSame = outbox.every(({ inc, firstN }) => (firsts.get(inc) ?? firstN) === firstN);
  if (isSame) return outbox;
  return outbox.map((lane) => ({ ...lane, firstN: firsts.get(lane.inc) ?? lane.firstN }));
}

/** Takes everything that is not acknowledged back into the line (S5). */
export function rewind(outbox: Outbox): Outbox {
  return outbox.map((lane) => ({ ...lane, sentTo: lane.ack }));
}

export function noteSent(outbox: Outbox, inc: Incarnation, to: number): Outbox {
  return outbox.map((lane) => (lane.inc === inc ? { ...lane, sentTo: to } : lane));
}

/** An event was committed to the journal, which may be known already; a new incarnation gets its lane at the end. */
export function noteAppended(
  outbox: Outbox,
  event: { readonly inc: Incarnation; readonly n: number; readonly tip: Uint8Array },
): Outbox {
  if (!outbox.some((lane) => lane.inc === event.inc)) {
    const { inc, n, tip } = event;
    return [...outbox, { inc, firstN: n, lastN: n, tip, ack: 0, safe: 0, sentTo: 0 }];
  }
  return outbox.map((lane) =>
    lane.inc === event.inc && event.n > lane.lastN
      ? { ...lane, lastN: event.n, tip: event.tip }
      : lane,
  );
}

/**
 * What a watermark says about a lane; null = it cannot be true. Of an incarnation that is over the cloud may know more than
 * this card: an old image of the card was put in. What is here is then a part of what the cloud has.
 */
function possible(lane: Lane, mark: Watermark, isCurrent: boolean): Watermark | null {
  if (mark.safe > mark.ack || (isCurrent && mark.ack > lane.lastN)) return null;
  const { lastN } = lane;
  return { ...mark, ack: Math.min(mark.ack, lastN), safe: Math.min(mark.safe, lastN) };
}

function possibleMarks(
  outbox: Outbox,
  marks: readonly Watermark[],
): ReadonlyMap<Incarnation, Watermark> {
  const byInc = new Map(marks.map((mark) => [mark.inc, mark]));
  const current = outbox.at(-1)?.inc;
  const found = new Map<Incarnation, Watermark>();
  for (const lane of outbox) {
    const said = byInc.get(lane.inc);
    const mark = said === undefined ? null : possible(lane, said, lane.inc === current);
    if (mark !== null) found.set(lane.inc, mark);
  }
  return found;
}

/** Watermarks of the same term: they only rise (S7). */
export function raise(outbox: Outbox, marks: readonly Watermark[]): Outbox {
  const byInc = possibleMarks(outbox, marks);
  return outbox.map((lane) => {
    const mark = byInc.get(lane.inc);
    if (mark === undefined) return lane;
    const ack = Math.max(lane.ack, mark.ack);
    const safe = Math.max(lane.safe, mark.safe);
    return { ...lane, ack, safe, sentTo: Math.max(lane.sentTo, ack) };
  });
}

/** Watermarks of a higher term: the cloud was restored or failed over, so only what it says now counts (S6). */
export function replace(outbox: Outbox, marks: readonly Watermark[]): Outbox {
  const byInc = possibleMarks(outbox, marks);
  return outbox.map((lane) => {
    const { ack, safe } = byInc.get(lane.inc) ?? { ack: 0, safe: 0 };
    return { ...lane, ack, safe, sentTo: ack };
  });
}

/** How many of these events, in order, go into one frame (S3); at least one. */
export function frameFill(sizes: readonly number[]): number {
  let byteCount = 0;
  let count = 0;
  for (const size of sizes.slice(0, EVENTS_PER_FRAME_MAX)) {
    byteCount += size;
    if (count > 0 && byteCount > EVENT_BYTES_PER_FRAME_MAX) break;
    count += 1;
  }
  return count;
}
