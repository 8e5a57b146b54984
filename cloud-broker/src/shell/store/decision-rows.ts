import {
  encodeDecision,
  fromHex,
  must,
  signObject,
  type Decision,
  type DecisionKind,
  type Sign,
  type UnixMs,
} from "@saku/protocol";
import type { Insertable } from "kysely";
import { CLOUD_KID } from "../keys/cloud-key.ts";
import type { Work } from "./committer.ts";
import type { Tables } from "./tables.ts";

/** Is an event of this id stored? */
export async function isKnown({ db }: Work, id: string): Promise<boolean> {
  const row = await db
    .selectFrom("device_event")
    .select("id")
    .where("id", "=", id)
    .executeTakeFirst();
  return row !== undefined;
}

type DecidedPlace = Pick<Tables["dead_letter"], "school" | "device" | "inc" | "n" | "hash">;

/** The signed word of persons about one place. */
export function decisionRow(
  now: UnixMs,
  sign: Sign,
  place: DecidedPlace,
  { what, persons }: { readonly what: DecisionKind; readonly persons: readonly string[] },
): Insertable<Tables["decision"]> {
  const { school, device, inc, n, hash } = place;
  const decision: Decision = {
    v: 1,
    school,
    device,
    inc,
    n,
    hash: must(fromHex(hash), "A hash is hexadecimal"),
    what,
    persons,
    at: now,
  };
  const bytes = signObject("saku.decision.v1", CLOUD_KID, encodeDecision(decision), sign);
  const said = persons.join(" ");
  return { school, device, inc, n, hash, what, persons: said, decided_at: now, bytes };
}
