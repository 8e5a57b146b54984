import type { DeviceId, Incarnation } from "@saku/protocol";
import type { Believed, Held } from "./promise.ts";
import { isSetBack } from "./promise.ts";

/** Events `n` … `through` of an incarnation that neither the terminal nor this lineage holds [N16]. */
export type Missing = {
  readonly inc: Incarnation;
  readonly n: number;
  readonly through: number;
  /** Id of event `through`, hexadecimal, where the terminal still knows it: of an incarnation's last. */
  readonly tip: string | null;
};

/** As many numbers pass with one decision; the rest waits for the next [N16]. */
export const MISSING_PER_DECISION_MAX = 2_000;

/** The letter in the place of the first: no event, but the persons' decision signs its hash and so the whole stretch. */
export function missingBytes(device: DeviceId, { inc, n, through, tip }: Missing): Uint8Array {
  const text = ["saku.missing.v1", device, inc, String(n), String(through), tip ?? "-"].join(" ");
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The stretch that a letter of the reason `missing` names; its bytes are the cloud's own. */
export function readMissing(bytes: Uint8Array): Pick<Missing, "n" | "through" | "tip"> {
  const [, , , n, through, tip] = String.fromCharCode(...bytes).split(" ");
  return {
    n: Number(n),
    through: Number(through),
    tip: tip === undefined || tip === "-" ? null : tip,
  };
}

/** What a `hello` may tell of lost events: only in our own term, and only if we were not set back ourselves [N15]. */
function isTelling(believed: Believed, held: Held): boolean {
  return believed.term === held.term && !isSetBack(believed, held);
}

/** Stretches between what this lineage holds and what the terminal still has [N16]. */
export function missingOf(believed: Believed, held: Held): readonly Missing[] {
  if (!isTelling(believed, held)) return [];
  return believed.incs.flatMap(({ inc, to, tip, first }) => {
    const ack = held.ackOf.get(inc) ?? 0;
    if (first === undefined || first <= ack + 1 || first > to + 1) return [];
    return [{ inc, n: ack + 1, through: first - 1, tip: first > to ? tip : null }];
  });
}

/** What a terminal holds before each of its incarnations; null while its `hello` tells nothing of it [N17]. */
export type ToldOutbox = readonly { readonly inc: Incarnation; readonly to: number }[] | null;

export const toldOutbox = (believed: Believed, held: Held): ToldOutbox =>
  isTelling(believed, held) ? believed.incs.map(({ inc, to }) => ({ inc, to })) : null;

/** Is nothing on the way that an orphan could still find its parent in [N17]? */
export function isLostOrphan(
  told: ToldOutbox,
  inc: Incarnation,
  ackOf: ReadonlyMap<Incarnation, number>,
): boolean {
  const place = told?.findIndex((lane) => lane.inc === inc) ?? -1;
  if (told === null || place < 0) return false;
  return told.slice(0, place).every((lane) => (ackOf.get(lane.inc) ?? 0) >= lane.to);
}
