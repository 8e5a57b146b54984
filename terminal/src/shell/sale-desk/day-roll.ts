import {
  addSchoolDays,
  must,
  schoolDay,
  schoolDayAt,
  toHex,
  type Rupiah,
  type SchoolDay,
} from "@saku/protocol";
import { closingOf, type DayClosing } from "../../core/drawer/closing.ts";
import { isTrusted, nextSchoolDay } from "../../core/wallet/day.ts";
import { returnLease } from "../../core/wallet/lease.ts";
import { leasesToReturn, returnReasonOf } from "../../core/wallet/wallet.ts";
import type { Clock } from "../clock/clock.ts";
import { zoneOf, type Append, type Journal } from "../store/journal.ts";
import { firstEventIdOf, readHead, writeDay } from "../store/journal-store.ts";
import { drawerTotals, insertCount, readCount } from "../store/drawer-store.ts";
import { readMeta, readMetaNumber, writeMeta } from "../store/meta.ts";
import { activeLeases, totalsOfDay, updateLease } from "../store/money-store.ts";
import type { Sql, WritableSql } from "../store/sqlite.ts";

/** Opens today's school day if it is not open yet: first the old one is closed and its leases go back (W12). */
export async function rollDay(journal: Pick<Journal, "commit">, clock: Clock): Promise<SchoolDay> {
  return journal.commit(async (tx, append) => {
    const head = await readHead(tx);
    const zone = await zoneOf(tx);
    const clockDay = schoolDayAt(clock.nowMs(), zone);
    const trust = clock.trust();
    const trusted = await readMetaNumber(tx, "trusted-day");
    const today = nextSchoolDay({
      open: head.day,
      trusted: trusted === null ? null : schoolDay(trusted),
      clock: clockDay,
      trust,
    });
    if (isTrusted(trust) && trusted !== today) await writeMeta(tx, "trusted-day", String(today));
    if (head.day === today) return today;
    if (head.day !== null) {
      await returnOldLeases(tx, append, today);
      if (!(await isClosed(tx))) await append(await dayClose(tx, head.day, "day-over"));
    }
    await writeDay(tx, today);
    await append({ type: "day-open" });
    return today;
  });
}

/** Gives back what is left of every lease of an earlier day. */
export async function returnOldLeases(
  tx: WritableSql,
  append: Append,
  today: SchoolDay,
): Promise<void> {
  for (const lease of leasesToReturn(await activeLeases(tx), { kind: "day-over", today })) {
    const back = returnLease(lease);
    await updateLease(tx, back.lease);
    await append({
      type: "lease-return",
      lease: lease.lease,
      amount: back.amount,
      reason: returnReasonOf(back.amount, "day-over"),
    });
  }
}

/** Whether the operator's Z report is the last word of this journal. */
async function isClosed(tx: WritableSql): Promise<boolean> {
  return (await readMeta(tx, "closed-tip")) === toHex((await readHead(tx)).tip);
}

/**
 * The operator ends the day: every lease of it goes back and the Z report is signed (W19), in the transaction that keeps the
 * count (W31). Whoever sells afterwards asks for money anew, and the end of the day reports again.
 */
export async function closeDay(
  journal: Pick<Journal, "commit">,
  clock: Clock,
  counted: Rupiah,
): Promise<DayClosing> {
  const today = await rollDay(journal, clock);
  return journal.commit(async (tx, append) => {
    if ((await readCount(tx, today)) === null)
      await insertCount(tx, { day: today, counted, atMs: clock.nowMs() });
    if (!(await isClosed(tx))) {
      await returnOldLeases(tx, append, addSchoolDays(today, 1));
      await append(await dayClose(tx, today, "operator"));
      await writeMeta(tx, "closed-tip", toHex((await readHead(tx)).tip));
    }
    return must(await readClosing(tx, today), "A closing without a count");
  });
}

/** What the count of a day says; null until there is one, so that nothing is told to who still has to count (W31). */
export async function readClosing(sql: Sql, day: SchoolDay): Promise<DayClosing | null> {
  const counted = await readCount(sql, day);
  if (counted === null) return null;
  return closingOf(day, counted, (await drawerTotals(sql, day)).cashInTotal);
}

async function dayClose(
  tx: WritableSql,
  day: SchoolDay,
  closedBy: "operator" | "day-over",
): Promise<Parameters<Append>[0]> {
  const totals = await totalsOfDay(tx, day);
  const drawer = await drawerTotals(tx, day);
  const head = await readHead(tx);
  return {
    type: "day-close",
    first: (await firstEventIdOf(tx, day)) ?? head.tip,
    last: head.tip,
    saleCount: totals.saleCount,
    saleTotal: totals.saleTotal,
    voidCount: totals.voidCount,
    voidTotal: totals.voidTotal,
    refundCount: drawer.refundCount,
    refundTotal: drawer.refundTotal,
    emergencyCount: totals.emergencyCount,
    emergencyTotal: totals.emergencyTotal,
    cashInCount: drawer.cashInCount,
    cashInTotal: drawer.cashInTotal,
    grandTotal: head.grandTotal,
    cashCounted: await readCount(tx, day),
    closedBy,
  };
}
