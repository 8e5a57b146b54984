import { askId, idText, type StudentId, type VaultItem } from "@saku/protocol";
import { randomBytes } from "node:crypto";
import type { Directory } from "../../core/directory/directory.ts";
import type { FingerRecord, SaveOutcome, Vault } from "../../core/vault/vault.ts";
import { childEnrolled, vaultItemUnreadable } from "../../events.ts";
import type { Clock } from "../clock/clock.ts";
import type { DeviceKeys } from "../keys/device-keys.ts";
import type { Log } from "../log/log.ts";
import type { Journal } from "../store/journal.ts";
import {
  readConsent,
  readStall,
  readStudent,
  readStudentByNumber,
  readStudents,
} from "../store/register-store.ts";
import { DiskFailedError, type Database, type WritableSql } from "../store/sqlite.ts";
import {
  queueVaultItem,
  readEpochKeys,
  readFingerItems,
  readPinFailures,
  readVaultItem,
  writePinFailures,
  writeVaultItem,
} from "../store/vault-store.ts";
import { openEpochKey } from "./epoch-keys.ts";
import { decodeFingers, encodeFingers } from "./finger-content.ts";
import { openItem, sealItem } from "./seal.ts";
import { fitsVerifier, makeVerifier } from "./secret-code.ts";

/** The vault, and what the command desk and the link need of it. */
export interface TerminalVault extends Vault {
  /** Reads the epoch keys again; the fingers of every child may have become readable or unreadable. */
  keysChanged(): Promise<void>;
  fingersChanged(students: readonly StudentId[]): void;
  onQueued(listener: () => void): () => void;
}

export type VaultParts = {
  readonly database: Database;
  readonly journal: Journal;
  readonly keys: DeviceKeys;
  readonly clock: Clock;
  readonly log: Log;
};

/** Wrong PINs in a row before the child has to wait, and how long. */
const PIN_TRIES = 5;
const PIN_PAUSE_MS = 300_000;

type KeyRing = ReadonlyMap<number, Uint8Array>;

async function readKeyRing({ database, keys }: VaultParts): Promise<KeyRing> {
  const ring = new Map<number, Uint8Array>();
  for (const stored of await readEpochKeys(database.read)) {
    const key = openEpochKey(keys, stored);
    if (key !== null) ring.set(stored.epoch, key);
  }
  return ring;
}

function listenerSet<Args extends readonly unknown[]>(): {
  readonly tell: (...args: Args) => void;
  readonly add: (listener: (...args: Args) => void) => () => void;
} {
  const listeners = new Set<(...args: Args) => void>();
  return {
    tell: (...args) => {
      for (const listener of listeners) listener(...args);
    },
    add: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export async function openVault(parts: VaultParts): Promise<TerminalVault> {
  const { database } = parts;
  let ring = await readKeyRing(parts);
  const changed = listenerSet<[StudentId]>();
  const queued = listenerSet<[]>();

  function opened(item: VaultItem): Uint8Array | null {
    const key = ring.get(item.epoch);
    const content = key === undefined ? null : openItem(item, key);
    if (content === null) vaultItemUnreadable(parts.log, { item: item.item, epoch: item.epoch });
    return content;
  }

  function fingersOfItem(item: VaultItem): FingerRecord | null {
    const content = opened(item);
    return content === null ? null : decodeFingers(item.student, content);
  }

  async function save(
    student: StudentId,
    item: VaultItem["item"],
    content: Uint8Array,
    fingerCount: number,
  ): Promise<SaveOutcome> {
    const epoch = Math.max(...ring.keys());
    const epochKey = ring.get(epoch);
    if (epochKey === undefined) return { kind: "refused", reason: "no-epoch-key" };
    try {
      return await parts.journal.commit(async (tx, append) => {
        const consent = await readConsent(tx, student);
        if ((await readStudent(tx, student)) === null)
          return { kind: "refused", reason: "unknown-student" };
        if (consent?.state !== "granted") return { kind: "refused", reason: "no-consent" };
        const version = ((await readVaultItem(tx, student, item))?.version ?? 0) + 1;
        const sealed = sealItem({ student, item, version, epoch }, content, epochKey);
        await storeAndQueue(tx, sealed);
        if (item === "fingers")
          await append({ type: "enrol", student, fingers: fingerCount, consent: consent.version });
        return { kind: "saved" };
      });
    } catch (error) {
      if (error instanceof DiskFailedError) return { kind: "refused", reason: "disk-failed" };
      throw error;
    }
  }

  return {
    async fingerRecords() {
      const items = await readFingerItems(database.read);
      return items.map(fingersOfItem).filter((record) => record !== null);
    },
    async fingersOf(student) {
      const consent = await readConsent(database.read, student);
      const item = await readVaultItem(database.read, student, "fingers");
      return item === null || consent?.state !== "granted" ? null : fingersOfItem(item);
    },
    onFingersChanged: changed.add,
    onQueued: queued.add,
    async saveFingers(record) {
      const content = encodeFingers(record);
      const outcome = await save(record.student, "fingers", content, record.fingers.length);
      if (outcome.kind === "saved") {
        childEnrolled(parts.log, { fingers: record.fingers.length });
        changed.tell(record.student);
        queued.tell();
      }
      return outcome;
    },
    async savePin(student, pin) {
      if (!/^[0-9]{4,6}$/.test(pin)) throw new RangeError("A PIN has 4 to 6 digits");
      const outcome = await save(student, "pin", await makeVerifier(pin), 0);
      if (outcome.kind === "saved") queued.tell();
      return outcome;
    },
    checkPin: (student, pin) => checkPin(parts, opened, { student, pin }),
    async keysChanged() {
      ring = await readKeyRing(parts);
      for (const item of await readFingerItems(database.read)) changed.tell(item.student);
    },
    fingersChanged(students) {
      for (const student of students) changed.tell(student);
    },
  };
}

async function storeAndQueue(tx: WritableSql, item: VaultItem): Promise<void> {
  await writeVaultItem(tx, item);
  await queueVaultItem(tx, askId(idText("ask", randomBytes(10))), item);
}

async function checkPin(
  parts: VaultParts,
  opened: (item: VaultItem) => Uint8Array | null,
  { student, pin }: { readonly student: StudentId; readonly pin: string },
): Promise<boolean> {
  const { database, clock } = parts;
  const item = await readVaultItem(database.read, student, "pin");
  const failures = await readPinFailures(database.read, student);
  const isPaused = failures.count >= PIN_TRIES && clock.nowMs() < failures.untilMs;
  const isRight = await fitsVerifier(pin, item === null ? null : opened(item));
  if (isRight && !isPaused) {
    if (failures.count > 0) await noteFailures(parts, student, 0);
    return true;
  }
  // While the pause lasts nothing is counted: it ends by itself.
  if (item !== null && !isPaused) {
    const wasPaused = failures.count >= PIN_TRIES;
    await noteFailures(parts, student, wasPaused ? 1 : failures.count + 1);
  }
  return false;
}

async function noteFailures(parts: VaultParts, student: StudentId, count: number): Promise<void> {
  const untilMs = count >= PIN_TRIES ? parts.clock.nowMs() + PIN_PAUSE_MS : 0;
  await parts.database.transaction((tx) => writePinFailures(tx, student, { count, untilMs }));
}

/** The register as the counter reads it. */
export function openDirectory(database: Pick<Database, "read">): Directory {
  return {
    stall: () => readStall(database.read),
    student: (student) => readStudent(database.read, student),
    studentByNumber: (number) => readStudentByNumber(database.read, number),
    students: () => readStudents(database.read),
  };
}
