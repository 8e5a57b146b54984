import { linkModeOf } from "../../core/hub/link-mode.ts";
import type { LinkStatus } from "../../core/wallet/sale-desk.ts";
import { faultReported, hubDoorFailed, hubDoorOpened } from "../../events.ts";
import type { Loop } from "../../loop.ts";
import type { Membership } from "../service/claim.ts";
import type { DutyParts } from "../service/duty.ts";
import { readHub } from "../store/hub-store.ts";
import type { Journal } from "../store/journal.ts";
import { answerHubAsk } from "./hub-desk.ts";
import type { HubDoor } from "./hub-door.ts";
import { createHubLine, type HubLine } from "./hub-line.ts";
import { createRosterKeys } from "./roster-keys.ts";

/** Both sides of the hub in one terminal: the line to it, and the door that opens when this terminal is it. */
export type HubDuty = {
  readonly line: HubLine;
  /** Where this terminal answers, or would; null = nowhere. */
  readonly url: string | null;
  close(): Promise<void>;
};

export type HubDutyParts = Pick<
  DutyParts,
  "database" | "keys" | "clock" | "timers" | "entropy" | "verify" | "log" | "lan"
> & {
  readonly membership: Membership;
  readonly journal: Journal;
};

/** The hub may change by command, and it may come and go: looked at this often. */
const LOOK_MS = 5_000;

export async function openHubDuty(parts: HubDutyParts): Promise<HubDuty> {
  const { database, keys, timers, log, lan, membership } = parts;
  const { school, schoolRootKey } = membership;
  const rosterKeys = createRosterKeys(school, schoolRootKey, parts.verify);
  const own = { ...parts, school, rosterKeys };
  const line = createHubLine({
    ...own,
    post: lan.post,
    probe: lan.probe,
  });
  const { url } = lan;
  let door: HubDoor | null = null;

  async function look(): Promise<void> {
    await line.refresh();
    const isHub = (await readHub(database.read))?.device === keys.device;
    if (isHub && door === null && url !== null) {
      const answer = (bytes: Uint8Array) => answerHubAsk(own, bytes);
      const onFault = (error: unknown) => {
        faultReported(log, error);
      };
      door = await lan.openDoor({ answer, nowMs: () => timers.nowMs(), onFault });
      hubDoorOpened(log, { url });
    } else if (!isHub && door !== null) {
      await door.close();
      door = null;
    }
  }

  let looking: Promise<void> = Promise.resolve();
  const lookGuarded = (): void => {
    looking = looking.then(look).catch((error: unknown) => {
      hubDoorFailed(log, { sentence: error instanceof Error ? error.message : "unknown" });
    });
  };
  lookGuarded();
  const stopLooking = timers.every(LOOK_MS, lookGuarded);
  return {
    line,
    url,
    async close() {
      stopLooking();
      await looking;
      await door?.close();
    },
  };
}

/** Both ways to more money as the counter sees them. */
export function counterLink(
  loop: Loop,
  line: HubLine,
): { link(): LinkStatus; onLinkChange(listener: () => void): () => void } {
  return {
    link: () => ({ ...loop.status(), mode: linkModeOf(loop.isOnline, line.reach) }),
    onLinkChange(listener) {
      const stops = [loop.onChange(listener), line.onChange(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
