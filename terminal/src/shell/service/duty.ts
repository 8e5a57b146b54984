import type { DeviceId, Entropy, Timers, Verify } from "@saku/protocol";
import type { Timing } from "../../core/sync/timing.ts";
import type { LinkStatus } from "../../core/wallet/sale-desk.ts";
import { dayOpened, faultReported, journalPruned } from "../../events.ts";
import { startLoop, type Loop } from "../../loop.ts";
import type { Clock } from "../clock/clock.ts";
import type { DeviceKeys } from "../keys/device-keys.ts";
import type { Log } from "../log/log.ts";
import type { OpenTransport, TransportOptions } from "../mqtt/transport.ts";
import type { AskLine } from "../sale-desk/ask-line.ts";
import { rollDay } from "../sale-desk/day-roll.ts";
import { createSaleDesk, type TerminalSaleDesk } from "../sale-desk/sale-desk.ts";
import { prune } from "../store/housekeeping.ts";
import { openJournal, type Journal } from "../store/journal.ts";
import type { Database } from "../store/sqlite.ts";
import { openVault, type TerminalVault } from "../vault/vault.ts";
import type { Membership } from "./claim.ts";
import type { HubNetwork } from "../hub/hub-door.ts";
import { counterLink, openHubDuty } from "../hub/hub-duty.ts";

/** A claimed terminal at work: everything that needs a school. */
export type Duty = {
  readonly membership: Membership;
  readonly journal: Journal;
  readonly vault: TerminalVault;
  readonly desk: TerminalSaleDesk;
  readonly loop: Loop;
  link(): LinkStatus;
  /** Calls when the link, the hub or the number of unsent events changed. */
  onLinkChange(listener: () => void): () => void;
  close(): Promise<void>;
};

export type DutyParts = {
  readonly database: Database;
  readonly keys: DeviceKeys;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly verify: Verify;
  readonly log: Log;
  readonly software: string;
  readonly timing: Timing;
  readonly askTimeoutMs: number;
  readonly metrics: () => Readonly<Record<string, number>>;
  readonly lan: HubNetwork;
  readonly transport: (options: TransportOptions) => OpenTransport;
};

const DAY_CHECK_MS = 30_000;
const PRUNE_MS = 3_600_000;

export async function openDuty(
  parts: DutyParts,
  membership: Membership,
  reason: "start" | "claim",
): Promise<Duty> {
  const { database, keys, clock, log } = parts;
  const device: DeviceId = keys.device;
  const identity = { school: membership.school, device, sign: keys.sign };
  const journal = await openJournal(database, identity, { ...parts, reason });
  dayOpened(log, { day: await rollDay(journal, clock) });
  const vault = await openVault({ database, journal, keys, clock, log });
  const hub = await openHubDuty({ ...parts, membership, journal });
  const loop = await startLoop({
    ...parts,
    vault,
    commands: {
      ...parts,
      school: membership.school,
      device,
      cloudKey: () => membership.cloudKey,
      schoolRootKey: membership.schoolRootKey,
      journal,
    },
    openTransport: parts.transport({
      cloudUrl: membership.cloudUrl,
      host: membership.host,
      school: membership.school,
      device,
      inc: journal.inc,
      sign: keys.sign,
      ...(keys.former === undefined ? {} : { formerSign: keys.former.sign }),
    }),
    // A technician waits beside a terminal that was just claimed.
    timing: reason === "claim" ? { ...parts.timing, coldBootMaxMs: 0 } : parts.timing,
    lan: () => hub.url,
  });
  const askLine: AskLine = loop;
  const desk = createSaleDesk({ ...parts, journal, askLine, hubLine: hub.line });
  const stopChores = startChores(parts, journal);
  return {
    membership,
    journal,
    vault,
    desk,
    loop,
    ...counterLink(loop, hub.line),
    async close() {
      stopChores();
      await loop.close();
      await hub.close();
    },
  };
}

/** The day is closed also when nobody buys, and old history is forgotten. */
function startChores({ database, clock, timers, log }: DutyParts, journal: Journal): () => void {
  const guarded = (chore: () => Promise<void>) => (): void => {
    chore().catch((error: unknown) => {
      faultReported(log, error);
    });
  };
  const stops = [
    timers.every(
      DAY_CHECK_MS,
      guarded(async () => {
        await rollDay(journal, clock);
      }),
    ),
    timers.every(
      PRUNE_MS,
      guarded(async () => {
        const eventCount = await prune(database, clock.nowMs(), journal.inc);
        if (eventCount > 0) journalPruned(log, { eventCount });
      }),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
