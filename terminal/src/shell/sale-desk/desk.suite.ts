import {
  encodeCommand,
  leaseId,
  merchantId,
  rupiah,
  schoolId,
  signingKeyFromSeed,
  signObject,
  studentId,
  unixMs,
  type CommandBody,
  type SchoolDay,
  type SchoolId,
  type SigningKey,
  type SignedBytes,
  type StudentId,
} from "@saku/protocol";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClock, type Clock } from "../clock/clock.ts";
import { nodeTimers } from "../clock/node-timers.ts";
import { NO_HUB, type HubLine } from "../hub/hub-line.ts";
import { openDeviceKeys, type DeviceKeys } from "../keys/device-keys.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { verifyWithNode } from "../keys/verify.ts";
import { createLog, type Log } from "../log/log.ts";
import { applyCommands, type CommandDeskParts, type CommandOutcome } from "../mqtt/command-desk.ts";
import { readHead } from "../store/journal-store.ts";
import { openJournal, type Journal } from "../store/journal.ts";
import { migrate } from "../store/schema.ts";
import { openDatabase, type Database } from "../store/sqlite.ts";
import type { AskAnswer, AskLine, AskQuestion } from "./ask-line.ts";
import { rollDay } from "./day-roll.ts";
import { createSaleDesk, type TerminalSaleDesk } from "./sale-desk.ts";

// A terminal's money parts on a real store, and a cloud key to sign commands for it.

export const SCHOOL: SchoolId = schoolId("sch-test");
export const CHILD: StudentId = studentId("stu-1");
/** 2026-11-23 08:00 WIB. */
export const MORNING_MS: number = Date.UTC(2026, 10, 23, 1, 0, 0);
export const CLOUD: SigningKey = signingKeyFromSeed(new Uint8Array(32).fill(7));
export const SCHOOL_ROOT: SigningKey = signingKeyFromSeed(new Uint8Array(32).fill(9));

export type TestTerminal = {
  readonly folder: string;
  readonly database: Database;
  readonly keys: DeviceKeys;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly desk: TerminalSaleDesk;
  readonly commandParts: CommandDeskParts;
  readonly wall: { ms: number };
  readonly line: {
    isOnline: boolean;
    isStopped: boolean;
    answer: (question: AskQuestion) => Promise<AskAnswer>;
  };
  readonly asked: AskQuestion[];
  /** The way to the hub; none until a test says so. */
  readonly hub: { line: Pick<HubLine, "ask"> };
  /** Signs and applies commands with the next revisions. */
  command(...bodies: readonly CommandBody[]): Promise<CommandOutcome>;
  sign(rev: number, body: CommandBody): SignedBytes;
  close(): Promise<void>;
};

export async function openTestTerminal(folder?: string): Promise<TestTerminal> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), "saku-terminal-")));
  const database = await openDatabase(join(home, "journal.db"));
  await migrate(database);
  const keys = await openDeviceKeys(home, null);
  const wall = { ms: MORNING_MS };
  const floorMs = (await readHead(database.read)).atMs;
  const clock = createClock({ wallMs: () => wall.ms, isNtpSynchronised: () => true, floorMs });
  const log = createLog("silent");
  const identity = { school: SCHOOL, device: keys.device, sign: keys.sign };
  const journal = await openJournal(database, identity, {
    clock,
    timers: nodeTimers,
    entropy: nodeEntropy,
    software: "test",
    reason: "start",
  });
  await rollDay(journal, clock);
  const asked: AskQuestion[] = [];
  const line: TestTerminal["line"] = {
    isOnline: false,
    isStopped: false,
    answer: () => Promise.resolve({ kind: "no-answer" }),
  };
  const askLine: AskLine = {
    get isOnline() {
      return line.isOnline;
    },
    get isStopped() {
      return line.isStopped;
    },
    ask(question) {
      asked.push(question);
      return line.answer(question);
    },
  };
  const hub: TestTerminal["hub"] = { line: NO_HUB };
  const hubLine: TestTerminal["hub"]["line"] = { ask: (question) => hub.line.ask(question) };
  const commandParts: CommandDeskParts = {
    school: SCHOOL,
    device: keys.device,
    cloudKey: () => CLOUD.publicKey,
    verify: verifyWithNode,
    schoolRootKey: SCHOOL_ROOT.publicKey,
    journal,
    database,
    keys,
    clock,
    log,
  };
  const sign = (rev: number, body: CommandBody): SignedBytes =>
    signObject(
      "saku.command.v1",
      "cloud",
      encodeCommand({ v: 1, school: SCHOOL, device: keys.device, rev, at: unixMs(wall.ms), body }),
      CLOUD.sign,
    );
  return {
    folder: home,
    database,
    keys,
    journal,
    clock,
    log,
    wall,
    line,
    asked,
    commandParts,
    hub,
    desk: createSaleDesk({
      database,
      journal,
      clock,
      timers: nodeTimers,
      askLine,
      askTimeoutMs: 500,
      hubLine,
      log,
    }),
    sign,
    async command(...bodies) {
      const { have } = await readHead(database.read);
      return applyCommands(
        commandParts,
        bodies.map((body, index) => sign(have + 1 + index, body)),
      );
    },
    async close() {
      await database.close();
      if (folder === undefined) await rm(home, { recursive: true });
    },
  };
}

export const STALL: CommandBody = {
  kind: "stall",
  merchant: merchantId("mrc-1"),
  merchantName: "Kantin Bu Sari",
  schoolName: "SDN Contoh",
  zone: 420,
  perSale: rupiah(50_000),
  quickKeys: [],
};

export function student(id: StudentId = CHILD, number = "101"): CommandBody {
  return { kind: "student", student: id, number, name: "Alya", className: "4A", isActive: true };
}

let leaseCount = 0;
export function grant(
  amount: number,
  changes: { readonly day?: SchoolDay; readonly student?: StudentId } = {},
): CommandBody & { readonly kind: "lease-grant" } {
  leaseCount += 1;
  return {
    kind: "lease-grant",
    lease: leaseId(`lse-${leaseCount}`),
    student: changes.student ?? CHILD,
    purse: "snack",
    day: changes.day ?? (20261123 as SchoolDay),
    amount: rupiah(amount),
    ask: null,
  };
}
