import { must, toHex, type Rupiah } from "@saku/protocol";
import {
  decideEmergency,
  emergencyLeft,
  type EmergencyFacts,
} from "../../core/emergency/emergency.ts";
import type { SaleOrder, SaleOutcome } from "../../core/wallet/sale-desk.ts";
import { emergencyServed } from "../../events.ts";
import { emergencyOn, readEmergency } from "../store/emergency-store.ts";
import { addToGrandTotal, readHead } from "../store/journal-store.ts";
import type { Append } from "../store/journal.ts";
import { insertSale } from "../store/money-store.ts";
import { readStall, readStudent } from "../store/register-store.ts";
import type { Sql, WritableSql } from "../store/sqlite.ts";
import { rollDay } from "./day-roll.ts";
import type { SaleDeskParts } from "./sale-desk.ts";

async function factsOf(
  sql: Sql,
  parts: SaleDeskParts,
  student: SaleOrder["student"] | null,
): Promise<EmergencyFacts> {
  const { day } = await readHead(sql);
  const { perSale, perDay } = await readEmergency(sql);
  return {
    isReady: !parts.askLine.isStopped && (await readStall(sql)) !== null,
    student: student === null ? null : await readStudent(sql, student),
    perSale,
    perDay,
    usedToday: await emergencyOn(sql, must(day, "A meal before the first school day was opened")),
  };
}

/** What one more meal from the reserve may cost here now; 0 = none is offered (W18). */
export async function emergencyRoom(parts: SaleDeskParts): Promise<Rupiah> {
  return emergencyLeft(await factsOf(parts.database.read, parts, null));
}

/** A meal that the school's reserve pays: event, row and total in one transaction; no lease is touched (W17). */
export async function serveEmergency(parts: SaleDeskParts, order: SaleOrder): Promise<SaleOutcome> {
  await rollDay(parts.journal, parts.clock);
  const outcome = await parts.journal.commit(async (tx, append): Promise<SaleOutcome> => {
    const decision = decideEmergency(await factsOf(tx, parts, order.student), order.amount);
    return decision.kind === "refused" ? decision : book(tx, append, order);
  });
  emergencyServed(parts.log, {
    amount: order.amount,
    outcome: outcome.kind === "sold" ? "sold" : outcome.reason,
  });
  return outcome;
}

async function book(tx: WritableSql, append: Append, order: SaleOrder): Promise<SaleOutcome> {
  const { student, amount, method, purse } = order;
  const { merchant } = must(await readStall(tx), "A meal without a stall");
  const { firstName } = must(await readStudent(tx, student), "A meal to nobody");
  const body = { type: "emergency-sale", student, merchant, amount, method } as const;
  const { event, id } = await append(body);
  const saleId = toHex(id);
  const at = { id: saleId, inc: event.inc, n: event.n, day: event.day, atMs: event.at };
  const row = { ...at, student, purse, amount, method, shownAtMs: null, voidedBy: null };
  await insertSale(tx, { ...row, kind: "emergency" }, []);
  await addToGrandTotal(tx, amount);
  const timings = { decideMs: 0, askMs: 0, signMs: 0, commitMs: 0 };
  return { kind: "sold", saleId, student, firstName, amount, atMs: event.at, timings };
}
