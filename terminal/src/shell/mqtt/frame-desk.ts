import {
  parseAck,
  parseDownFrame,
  verifyObject,
  type Ack,
  type DownFrame,
  type SignedBytes,
} from "@saku/protocol";
import { clockStepped, frameRefused } from "../../events.ts";
import type { TerminalVault } from "../vault/vault.ts";
import { applyCommands, type CommandDeskParts } from "./command-desk.ts";
import type { PendingAsks } from "./pending-asks.ts";
import type { VaultCourier } from "./vault-courier.ts";

export type FrameDeskParts = {
  readonly commands: CommandDeskParts;
  readonly asks: PendingAsks;
  readonly courier: VaultCourier;
  readonly vault: TerminalVault;
  readonly onAck: (ack: Ack) => void;
  readonly onError: (frame: Extract<DownFrame, { t: "error" }>) => void;
  readonly onCommandGap: () => void;
  /** Whether the last commands were all known to this program. */
  readonly onBehind: (isBehind: boolean) => void;
  readonly onVaultAck: () => void;
};

/** Reads what came on the `dn` topic: checks signatures, applies commands, hands the rest on. Throws on a dead disk. */
export async function handleFrame(parts: FrameDeskParts, payload: Uint8Array): Promise<void> {
  const frame = parseDownFrame(payload);
  if (!frame.ok) {
    frameRefused(parts.commands.log, { path: frame.error.path, expected: frame.error.expected });
    return;
  }
  switch (frame.value.t) {
    case "ack":
      await acknowledged(parts, frame.value.ack);
      return;
    case "cmd":
      await commanded(parts, frame.value.commands);
      return;
    case "answer":
      parts.asks.answered(frame.value);
      return;
    case "vault-ack":
      await parts.courier.acknowledged(frame.value.ask);
      parts.onVaultAck();
      return;
    case "error":
      parts.onError(frame.value);
      return;
  }
}

async function acknowledged(parts: FrameDeskParts, bytes: SignedBytes): Promise<void> {
  const { cloudKey, device, log, verify } = parts.commands;
  const signed = verifyObject("saku.ack.v1", bytes, cloudKey, verify);
  const ack = signed.ok ? parseAck(signed.value.payload) : signed;
  if (!ack.ok) {
    frameRefused(log, { path: "ack", expected: ack.error.kind });
    return;
  }
  if (ack.value.device !== device) {
    frameRefused(log, { path: "ack", expected: "this device" });
    return;
  }
  await heardTime(parts, ack.value);
  parts.onAck(ack.value);
}

/** A signed time sets a clock that nothing better has set; the step itself is an event. */
async function heardTime({ commands }: FrameDeskParts, ack: Ack): Promise<void> {
  const stepped = commands.clock.heardCloud(ack.at);
  if (stepped === null) return;
  clockStepped(commands.log, { beforeMs: stepped.beforeMs, afterMs: ack.at });
  await commands.journal.commit(async (_, append) => {
    await append({ type: "clock-set", beforeMs: stepped.beforeMs, source: "server" });
  });
}

async function commanded(parts: FrameDeskParts, signed: readonly SignedBytes[]): Promise<void> {
  const outcome = await applyCommands(parts.commands, signed);
  for (const change of outcome.changes) {
    if (change.haveKeysChanged) await parts.vault.keysChanged();
    parts.vault.fingersChanged(change.fingersOf);
  }
  parts.asks.applied(outcome.have);
  parts.onBehind(outcome.isBehind);
  if (outcome.hasGap) parts.onCommandGap();
}
