import { askId, assert, idText, type StudentId, type VaultItem } from "@saku/protocol";
import { randomBytes } from "node:crypto";
import type { Directory } from "../../core/directory/directory.ts";
import type { FingerRecord, SaveOutcome, Vault } from "../../core/vault/vault.ts";
import { childEnrolled, vaultItemUnreadable } from "../../events.ts";
import type { Clock } from "../clock/clock.ts";
import type { DeviceKeys } from "../keys/device-keys.ts";
import { createListenerSet } from "../listener/listener-set.ts";
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

type Secret = {
  readonly student: StudentId;
  readonly item: VaultItem["item"];
  readonly content: Uint8Array;
  readonly fingerCount: number;
};

/** Seals under the newest epoch key, stores, queues for the other terminals and records an enrolment: one transaction. */
async function save(parts: VaultParts, ring: KeyRing, secret: Secret): Promise<SaveOutcome> {
  const { student, item, content } = secret;
  const epoch = Math.max(...ring.keys());
  const epochKey = ring.get(epoch);
  if (epochKey === undefined) return { kind: "refused", reason: "no-epoch-key" };
  try {
    return await parts.journal.commit(async (tx, append) => {
      const consent = await readConsent(tx, student);
      if ((await readStudent(tx, student)) === null)
        return { kind: "refused", reason: "unknown-student" };
      const isAllowed = item === "pin" || consent?.state === "granted";
      if (!isAllowed) return { kind: "refused", reason: "no-consent" };
      const version = ((await readVaultItem(tx, student, item))?.version ?? 0) + 1;
      const sealed = sealItem({ student, item, version, epoch }, content, epochKey);
      await storeAndQueue(tx, sealed);
      if (item === "fingers") {
        const fingers = secret.fingerCount;
        await append({ type: "enrol", student, fingers, consent: consent?.version ?? 0 });
      }
      return { kind: "saved" };
    });
  } catch (error) {
    if (error instanceof DiskFailedError) return { kind: "refused", reason: "disk-failed" };
    throw error;
  }
}

class SealedVault implements TerminalVault {
  readonly #parts: VaultParts;
  readonly #changed = createListenerSet<[StudentId]>();
  readonly #queued = createListenerSet<[]>();
  readonly onFingersChanged: Vault["onFingersChanged"] = this.#changed.add;
  readonly onQueued: TerminalVault["onQueued"] = this.#queued.add;
  #ring: KeyRing;

  constructor(parts: VaultParts, ring: KeyRing) {
    this.#parts = parts;
    this.#ring = ring;
  }

  async fingerRecords(): Promise<readonly FingerRecord[]> {
    const items = await readFingerItems(this.#parts.database.read);
    return items.map((item) => this.#fingersOfItem(item)).filter((record) => record !== null);
  }

  async fingersOf(student: StudentId): Promise<FingerRecord | null> {
    const { read } = this.#parts.database;
    const consent = await readConsent(read, student);
    const item = await readVaultItem(read, student, "fingers");
    return item === null || consent?.state !== "granted" ? null : this.#fingersOfItem(item);
  }

  async saveFingers(record: FingerRecord): Promise<SaveOutcome> {
    const { student, fingers } = record;
    const content = encodeFingers(record);
    const secret: Secret = { student, item: "fingers", content, fingerCount: fingers.length };
    const outcome = await save(this.#parts, this.#ring, secret);
    if (outcome.kind === "saved") {
      childEnrolled(this.#parts.log, { fingers: fingers.length });
      this.#changed.tell(student);
      this.#queued.tell();
    }
    return outcome;
  }

  async savePin(student: StudentId, pin: string): Promise<SaveOutcome> {
    assert(/^[0-9]{4,6}$/.test(pin), "A PIN has 4 to 6 digits");
    const content = await makeVerifier(pin);
    const secret: Secret = { student, item: "pin", content, fingerCount: 0 };
    const outcome = await save(this.#parts, this.#ring, secret);
    if (outcome.kind === "saved") this.#queued.tell();
    return outcome;
  }

  checkPin(student: StudentId, pin: string): Promise<boolean> {
    return checkPin(this.#parts, (item) => this.#opened(item), { student, pin });
  }

  async keysChanged(): Promise<void> {
    this.#ring = await readKeyRing(this.#parts);
    for (const item of await readFingerItems(this.#parts.database.read))
      this.#changed.tell(item.student);
  }

  fingersChanged(students: readonly StudentId[]): void {
    for (const student of students) this.#changed.tell(student);
  }

  #opened(item: VaultItem): Uint8Array | null {
    const key = this.#ring.get(item.epoch);
    const content = key === undefined ? null : openItem(item, key);
    if (content === null)
      vaultItemUnreadable(this.#parts.log, { item: item.item, epoch: item.epoch });
    return content;
  }

  #fingersOfItem(item: VaultItem): FingerRecord | null {
    const content = this.#opened(item);
    return content === null ? null : decodeFingers(item.student, content);
  }
}

export async function openVault(parts: VaultParts): Promise<TerminalVault> {
  return new SealedVault(parts, await readKeyRing(parts));
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
