import {
  fromHex,
  parsePublicKey,
  parseRoster,
  verifyObject,
  type PublicKey,
  type Roster,
  type SchoolId,
  type SignedBytes,
  type Verify,
} from "@saku/protocol";
import { readMeta } from "../store/meta.ts";
import type { Sql } from "../store/sqlite.ts";

export type RosterKeys = ReadonlyMap<string, PublicKey>;

/** The keys by which terminals of one school know each other: from the roster that the school itself signed (H5). */
export function createRosterKeys(
  school: SchoolId,
  rootKey: PublicKey,
  verify: Verify,
): (sql: Sql) => Promise<RosterKeys> {
  let known: { readonly text: string; readonly keys: RosterKeys } = { text: "", keys: new Map() };
  return async (sql) => {
    const text = (await readMeta(sql, "roster")) ?? "";
    if (text !== known.text)
      known = { text, keys: keysOf(text, school, (bytes) => openRoster(bytes, rootKey, verify)) };
    return known.keys;
  };
}

/** Verified again: the row is only as good as the card it lies on. */
function openRoster(bytes: SignedBytes, rootKey: PublicKey, verify: Verify): Roster | null {
  const signed = verifyObject("saku.roster.v1", bytes, () => rootKey, verify);
  const roster = signed.ok ? parseRoster(signed.value.payload) : signed;
  return roster.ok ? roster.value : null;
}

function keysOf(
  text: string,
  school: SchoolId,
  open: (bytes: SignedBytes) => Roster | null,
): RosterKeys {
  const bytes = fromHex(text);
  const roster = bytes === null ? null : open(bytes as SignedBytes);
  if (roster === null || roster.school !== school) return new Map();
  return new Map(
    roster.devices.flatMap(({ device, signKey }) => {
      const key = parsePublicKey(signKey);
      return key.ok ? [[device, key.value] as const] : [];
    }),
  );
}
