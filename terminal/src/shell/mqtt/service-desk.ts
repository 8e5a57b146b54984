import { unixMs } from "@saku/protocol";
import { IN_SERVICE, type Service } from "../../core/sync/sync.ts";
import { returnLease } from "../../core/wallet/lease.ts";
import { returnReasonOf } from "../../core/wallet/wallet.ts";
import type { Append, Journal } from "../store/journal.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import { activeLeases, updateLease } from "../store/money-store.ts";
import type { Sql, WritableSql } from "../store/sqlite.ts";

/** The cloud's last signed word about the right to sell; it outlives the daemon and the power (S14). */
export async function readService(sql: Sql): Promise<Service> {
  const text = await readMeta(sql, "service");
  if (text === null) return IN_SERVICE;
  const [word, since] = text.split(" ");
  return { isStopped: word === "stopped", sinceMs: Number(since) };
}

/** Remembers the word; a terminal that is stopped gives back everything that it holds, by signed events (S14). */
export async function storeService(
  journal: Pick<Journal, "commit">,
  { isStopped, sinceMs }: Service,
): Promise<void> {
  await journal.commit(async (tx, append) => {
    await writeMeta(tx, "service", `${isStopped ? "stopped" : "selling"} ${unixMs(sinceMs)}`);
    if (isStopped) await giveAllBack(tx, append);
  });
}

async function giveAllBack(tx: WritableSql, append: Append): Promise<void> {
  for (const lease of await activeLeases(tx)) {
    const back = returnLease(lease);
    await updateLease(tx, back.lease);
    const reason = returnReasonOf(back.amount, "requested");
    await append({ type: "lease-return", lease: lease.lease, amount: back.amount, reason });
  }
}
