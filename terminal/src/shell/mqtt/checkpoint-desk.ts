import {
  openCheckpoint,
  parseCheckpointText,
  type Checkpoint,
  type RememberedLog,
} from "@saku/protocol";
import { judgeCheckpoint } from "../../core/log/remembered.ts";
import { checkpointContradicts, checkpointRefused } from "../../events.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { Sql, WritableSql } from "../store/sqlite.ts";
import type { CommandDeskParts } from "./command-desk.ts";

/** The newest checkpoint that this terminal keeps, as it was signed; its signature was checked when it came. */
async function remembered(sql: Sql): Promise<Checkpoint | null> {
  const note = await readMeta(sql, "checkpoint");
  if (note === null) return null;
  const parsed = parseCheckpointText(note.slice(0, note.lastIndexOf("\n\n") + 1));
  return parsed.ok ? parsed.value : null;
}

/** What `hello` says of the ledger, so that the cloud can compare it with its own. */
export async function rememberedLog(sql: Sql): Promise<RememberedLog | null> {
  const checkpoint = await remembered(sql);
  if (checkpoint === null) return null;
  const { term, size, root } = checkpoint;
  return { term, size, root };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return "";
  }
}

/** Keeps a checkpoint that the cloud signed, or says why not; a second ledger of one size is kept as evidence [M21]. */
export async function takeCheckpoint(
  parts: Pick<CommandDeskParts, "school" | "cloudKey" | "verify" | "log">,
  tx: WritableSql,
  bytes: Uint8Array,
): Promise<void> {
  const note = textOf(bytes);
  const opened = openCheckpoint(note, parts.cloudKey(), parts.verify);
  if (!opened.ok) {
    checkpointRefused(parts.log, { reason: opened.error.kind });
    return;
  }
  const { term, size } = opened.value;
  const verdict = judgeCheckpoint(await remembered(tx), opened.value, parts.school);
  if (verdict.kind === "remember") await writeMeta(tx, "checkpoint", note);
  if (verdict.kind !== "refused") return;
  if (verdict.reason === "contradicts") {
    await writeMeta(tx, "checkpoint-contradiction", note);
    checkpointContradicts(parts.log, { term, size });
  } else checkpointRefused(parts.log, { reason: verdict.reason, term, size });
}
