import { unixMs, type UpFrame } from "@saku/protocol";
import { isStopped } from "../../core/devices/device.ts";
import { repeatCommands } from "../store/commands.ts";
import { noteLan } from "../store/hubs.ts";
import type { Connection } from "./connections.ts";
import { compareRemembered } from "./log-desk.ts";
import type { UpContext } from "./up-context.ts";
import { signedAck } from "./watermarks.ts";

type Hello = Extract<UpFrame, { t: "hello" }>;

/** A restored cloud may be behind what a terminal applied, but not by more than this. */
const REV_JUMP_MAX = 1_000_000;

/** Notes what the terminal says of itself, tells it how far the cloud is, and sends what it has not heard. */
export async function answerHello(
  context: UpContext,
  connection: Connection,
  hello: Hello,
): Promise<void> {
  const { cloud, connections } = context;
  const { device, school } = connection;
  const { term } = cloud.store;
  const isOver = await cloud.store.commit(async (work) => {
    const { db, now, afterCommit } = work;
    const marks = await db
      .selectFrom("incarnation")
      .select(["inc", "ack"])
      .where("device", "=", device)
      .execute();
    const ackOf = new Map(marks.map(({ inc, ack }) => [inc, ack]));
    const open = hello.incs.reduce(
      (sum, { inc, from, to }) => sum + Math.max(0, to - Math.max(from - 1, ackOf.get(inc) ?? 0)),
      0,
    );
    const { rev, state } = await db
      .selectFrom("device")
      .select(["rev", "state"])
      .where("id", "=", device)
      .executeTakeFirstOrThrow();
    const isAhead = hello.have > rev && hello.have - rev <= REV_JUMP_MAX;
    await db
      .updateTable("device")
      .set({
        last_seen_at: now,
        software: hello.software,
        have: hello.have,
        roster_rev: hello.roster,
        unsent: open,
        // After a restore new commands must stand above what the terminal has, or it would not hear them.
        rev: isAhead ? hello.have : rev,
      })
      .where("id", "=", device)
      .execute();
    if (hello.term > 0 && hello.term < term && !isStopped(state))
      await repeatCommands(
        work,
        cloud.outbox,
        { school, device },
        // The term is the second in which this lineage began.
        { have: hello.have, sinceMs: unixMs(term * 1_000) },
      );
    await compareRemembered(context, work, connection, hello.log);
    if (!isStopped(state)) await noteLan(work, cloud.outbox, { school, device }, hello.lan);
    afterCommit(() => cloud.changes.schoolChanged(school));
    return isStopped(state);
  });
  for (const { inc } of hello.incs) connection.incs.add(inc);
  const ack = await signedAck(
    cloud,
    device,
    hello.incs.map(({ inc }) => inc),
  );
  await connections.send(device, { t: "ack", ack });
  // D3: what was queued before it was lost or revoked is not for it any more.
  if (!isOver) connections.helloed(device, hello.have);
}
