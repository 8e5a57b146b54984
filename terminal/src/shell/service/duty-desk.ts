import { terminalClaimed } from "../../events.ts";
import { claimTerminal, readMembership, type ClaimInput, type ClaimOutcome } from "./claim.ts";
import { openDuty, type Duty, type DutyParts } from "./duty.ts";
import type { Front } from "./front.ts";

/** Opens the claimed terminal's work at the start or at the claim, and closes it. */
export interface DutyDesk {
  readonly duty: Duty | null;
  claim(input: ClaimInput): Promise<ClaimOutcome>;
  close(): Promise<void>;
}

/** Takes up a terminal that was claimed before; one that was not waits for `claim`. */
export async function openDutyDesk(parts: DutyParts, front: Front): Promise<DutyDesk> {
  let duty: Duty | null = null;
  let claiming: Promise<unknown> = Promise.resolve();

  async function takeUp(reason: "start" | "claim"): Promise<void> {
    const membership = await readMembership(parts.database.read);
    if (membership === null) return;
    await duty?.close();
    duty = await openDuty(parts, membership, reason);
    front.attach(duty);
  }

  async function claim(input: ClaimInput): Promise<ClaimOutcome> {
    const outcome = await claimTerminal({ ...parts, checkCode: front.operator.check }, input);
    if (outcome.kind === "claimed") {
      terminalClaimed(parts.log, { school: outcome.school, device: outcome.device });
      await takeUp("claim");
    }
    return outcome;
  }

  await takeUp("start");
  return {
    get duty() {
      return duty;
    },
    claim(input) {
      // One technician at a time.
      const result = claiming.then(() => claim(input));
      claiming = result.catch(() => undefined);
      return result;
    },
    async close() {
      await claiming;
      await duty?.close();
    },
  };
}
