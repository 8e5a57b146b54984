import {
  parseCommand,
  toHex,
  verifyObject,
  type Command,
  type CommandBody,
  type DeviceId,
  type PublicKey,
  type SchoolId,
  type SignedBytes,
  type StudentId,
  type Verify,
} from "@saku/protocol";
import { acceptLease, returnLease, type Lease } from "../../core/wallet/lease.ts";
import { leasesToReturn, returnReasonOf } from "../../core/wallet/wallet.ts";
import {
  childErased,
  commandApplied,
  commandRefused,
  rosterAccepted,
  rosterRefused,
} from "../../events.ts";
import type { Clock } from "../clock/clock.ts";
import type { DeviceKeys } from "../keys/device-keys.ts";
import type { Log } from "../log/log.ts";
import { writeEmergency } from "../store/emergency-store.ts";
import { writeHub } from "../store/hub-store.ts";
import { readHead } from "../store/journal-store.ts";
import type { Append, Journal } from "../store/journal.ts";
import { writeLimits } from "../store/limit-store.ts";
import { readMetaNumber, writeMeta } from "../store/meta.ts";
import { activeLeases, insertLease, readLease, updateLease } from "../store/money-store.ts";
import {
  insertCommand,
  readConsent,
  writeConsent,
  writeFreeze,
  writeStall,
  writeStudent,
} from "../store/register-store.ts";
import type { Database, WritableSql } from "../store/sqlite.ts";
import {
  eraseVault,
  eraseFingers,
  readFingerItems,
  readVaultItem,
  writeEpochKey,
  writeVaultItem,
} from "../store/vault-store.ts";
import { takeCheckpoint } from "./checkpoint-desk.ts";
import { judgeRoster, sealEpochKey } from "../vault/epoch-keys.ts";

/** What applying commands changed that others in the daemon hold in memory. */
export type Applied = {
  readonly fingersOf: readonly StudentId[];
  readonly haveKeysChanged: boolean;
  /** Something was deleted that must not stay readable in the write-ahead log either. */
  readonly hasErased: boolean;
  readonly hasHubChanged?: true;
};

export type CommandOutcome = {
  /** Highest revision applied so far, ever. */
  readonly have: number;
  readonly appliedCount: number;
  readonly changes: readonly Applied[];
  /** One before some of these is missing: ask for it by `hello`. */
  readonly hasGap: boolean;
  /** The cloud signed something that this program does not know: it waits for a newer one, and what follows waits with it. */
  readonly isBehind: boolean;
};

export type CommandDeskParts = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly cloudKey: () => PublicKey;
  readonly verify: Verify;
  readonly schoolRootKey: PublicKey;
  readonly journal: Journal;
  readonly database: Pick<Database, "emptyLog">;
  readonly keys: DeviceKeys;
  readonly clock: Clock;
  readonly log: Log;
};

type Scope = {
  readonly parts: CommandDeskParts;
  readonly tx: WritableSql;
  readonly append: Append;
  /** The command as the cloud signed it. */
  readonly bytes: SignedBytes;
};
const NOTHING: Applied = { fingersOf: [], haveKeysChanged: false, hasErased: false };

type SignedCommand = Command & { readonly bytes: SignedBytes };

function verified(parts: CommandDeskParts, bytes: SignedBytes): SignedCommand | "newer" | null {
  const signed = verifyObject("saku.command.v1", bytes, parts.cloudKey, parts.verify);
  const parsed = signed.ok ? parseCommand(signed.value.payload) : signed;
  if (signed.ok && !parsed.ok) {
    // The cloud's own hand: nothing hostile, only newer (V7).
    commandRefused(parts.log, { reason: "newer-than-terminal" });
    return "newer";
  }
  const reason = parsed.ok ? null : parsed.error.kind;
  if (!parsed.ok || parsed.value.school !== parts.school || parsed.value.device !== parts.device) {
    commandRefused(parts.log, { reason: reason ?? "other-addressee" });
    return null;
  }
  return { ...parsed.value, bytes };
}

/** Commands in one transaction: fewer fsyncs than one each, and a customer never waits for a whole morning's grants. */
const CHUNK_SIZE = 10;

const NOT_ANY: Omit<CommandOutcome, "isBehind"> = {
  have: 0,
  appliedCount: 0,
  changes: [],
  hasGap: false,
};

/** Verifies signed commands and applies those whose turn has come: rows, events and `rev` in the same transaction. */
export async function applyCommands(
  parts: CommandDeskParts,
  signed: readonly SignedBytes[],
): Promise<CommandOutcome> {
  const read = signed.map((bytes) => verified(parts, bytes)).filter((c) => c !== null);
  const newer = read.indexOf("newer");
  const isBehind = newer >= 0;
  const commands = (isBehind ? read.slice(0, newer) : read).filter((c) => c !== "newer");
  let outcome: CommandOutcome = { ...NOT_ANY, isBehind };
  for (let start = 0; start < commands.length && !outcome.hasGap; start += CHUNK_SIZE) {
    const chunk = await applyChunk(parts, commands.slice(start, start + CHUNK_SIZE));
    outcome = {
      have: chunk.have,
      appliedCount: outcome.appliedCount + chunk.appliedCount,
      changes: [...outcome.changes, ...chunk.changes],
      hasGap: chunk.hasGap,
      isBehind,
    };
  }
  return outcome;
}

async function applyChunk(
  parts: CommandDeskParts,
  commands: readonly SignedCommand[],
): Promise<Omit<CommandOutcome, "isBehind">> {
  const applied: Command[] = [];
  const outcome = await parts.journal.commit(async (tx, append) => {
    let { have } = await readHead(tx);
    const changes: Applied[] = [];
    let hasGap = false;
    for (const command of commands) {
      if (command.rev <= have) continue;
      hasGap = command.rev > have + 1;
      if (hasGap) break;
      const { rev, at, body, bytes } = command;
      await insertCommand(tx, { rev, kind: body.kind, at }, parts.clock.nowMs());
      changes.push(await perform({ parts, tx, append, bytes }, body));
      applied.push(command);
      have = rev;
    }
    return { have, appliedCount: changes.length, changes, hasGap };
  });
  if (outcome.changes.some((change) => change.hasErased)) await parts.database.emptyLog();
  for (const { rev, body } of applied) commandApplied(parts.log, { rev, kind: body.kind });
  return outcome;
}

async function perform(scope: Scope, body: CommandBody): Promise<Applied> {
  const { tx } = scope;
  switch (body.kind) {
    case "stall": {
      const { kind: _, ...stall } = body;
      await writeStall(tx, stall);
      return NOTHING;
    }
    case "student":
      await writeStudent(tx, body);
      return NOTHING;
    case "freeze":
      await writeFreeze(tx, body.student, body.isFrozen);
      return NOTHING;
    case "consent":
      return consent(scope, body);
    case "lease-grant":
      await leaseGrant(scope, body);
      return NOTHING;
    case "return-request": {
      const leases = await activeLeases(tx, body.student);
      const why = { kind: "requested", student: body.student } as const;
      for (const lease of leasesToReturn(leases, why)) await giveBack(scope, lease, "requested");
      return NOTHING;
    }
    case "vault":
      return vaultItem(scope, body);
    case "roster":
      return roster(scope, body.roster);
    case "hub":
      await writeHub(tx, body.hub);
      return { ...NOTHING, hasHubChanged: true };
    case "limits":
      await writeLimits(tx, body);
      return NOTHING;
    case "emergency":
      await writeEmergency(tx, body);
      return NOTHING;
    case "checkpoint":
      await takeCheckpoint(scope.parts, tx, body.note);
      return NOTHING;
    case "rotate-key":
      // Carried out before the next start's work, when nobody sells (KR1).
      await writeMeta(tx, "rotate-key", "wanted");
      return NOTHING;
  }
}

async function giveBack(
  { tx, append }: Scope,
  lease: Lease,
  why: "requested" | "day-over",
): Promise<void> {
  const back = returnLease(lease);
  await updateLease(tx, back.lease);
  const reason = returnReasonOf(back.amount, why);
  await append({ type: "lease-return", lease: lease.lease, amount: back.amount, reason });
}

async function leaseGrant(
  scope: Scope,
  body: Extract<CommandBody, { kind: "lease-grant" }>,
): Promise<void> {
  const { tx, append, bytes } = scope;
  if ((await readLease(tx, body.lease)) !== null) return;
  const lease = acceptLease({
    lease: body.lease,
    student: body.student,
    purse: body.purse,
    day: body.day,
    amount: body.amount,
  });
  await insertLease(tx, lease);
  // The signed word of whoever lent it goes back: a ledger rebuilt from an older backup learns of the grant from here (H15).
  const { lease: id, amount } = lease;
  await append(
    body.subGrant === undefined
      ? { type: "lease-accept", lease: id, amount, grant: bytes }
      : { type: "grant-accept", lease: id, amount, grant: body.subGrant },
  );
  const { day } = await readHead(tx);
  if (day !== null && lease.day < day) await giveBack(scope, lease, "day-over");
}

async function consent(
  { parts, tx, append }: Scope,
  body: Extract<CommandBody, { kind: "consent" }>,
): Promise<Applied> {
  const { student, state, version } = body;
  await writeConsent(tx, student, { state, version });
  if (state === "granted") return NOTHING;
  await eraseFingers(tx, student);
  await append({ type: "erase-receipt", student, consent: version });
  childErased(parts.log, { consent: version });
  return { fingersOf: [student], haveKeysChanged: false, hasErased: true };
}

/** Keeps a sealed item of another terminal; never an older one, and no fingers of a child without consent. */
async function vaultItem(
  { tx }: Scope,
  { item }: Extract<CommandBody, { kind: "vault" }>,
): Promise<Applied> {
  const consented = await readConsent(tx, item.student);
  if (item.item === "fingers" && consented?.state !== "granted") return NOTHING;
  const own = await readVaultItem(tx, item.student, item.item);
  if (own !== null && own.version >= item.version) return NOTHING;
  await writeVaultItem(tx, item);
  return item.item === "fingers" ? { ...NOTHING, fingersOf: [item.student] } : NOTHING;
}

async function roster({ parts, tx }: Scope, bytes: Uint8Array): Promise<Applied> {
  const { school, device, schoolRootKey, keys, log } = parts;
  const rev = (await readMetaNumber(tx, "roster-rev")) ?? 0;
  const verdict = judgeRoster(bytes, { school, device, rootKey: schoolRootKey, rev }, keys);
  if (verdict.kind === "refused") {
    rosterRefused(log, { reason: verdict.reason });
    return NOTHING;
  }
  await writeMeta(tx, "roster-rev", String(verdict.roster.rev));
  await writeMeta(tx, "roster", toHex(bytes));
  const { epoch } = verdict.roster;
  rosterAccepted(log, { rev: verdict.roster.rev, epoch, isMember: verdict.epochKey !== null });
  if (verdict.epochKey !== null) {
    await writeEpochKey(tx, epoch, sealEpochKey(keys, epoch, verdict.epochKey));
    return { ...NOTHING, haveKeysChanged: true };
  }
  // The school no longer trusts this terminal with templates.
  const fingersOf = (await readFingerItems(tx)).map((item) => item.student);
  await eraseVault(tx);
  return { fingersOf, haveKeysChanged: true, hasErased: true };
}
