import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askId, leaseId, rupiah, type EventBody, type LeaseId } from "@saku/protocol";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { paperBooks, type PaperBooks } from "../paper-books.suite.ts";
import { SCHOOL, MORNING_MS, type PaperTerminal } from "../paper-school.suite.ts";
import { failedChecks } from "./checks.ts";
import { bookDelivery, type Delivery } from "./deliveries.ts";

const SUB = leaseId("sub-1");
const MINUTE_MS = 60_000;

let paper: PaperBooks;
let nowMs: number;
let isHubOnline: boolean;

const hub = (): PaperTerminal => paper.term(0);
const stall = (): PaperTerminal => paper.term(1);

function saleOf(lease: LeaseId, terminal: PaperTerminal, amount: number): EventBody {
  return {
    type: "sale",
    student: paper.kid(0),
    merchant: terminal.merchant,
    purse: "snack",
    amount: rupiah(amount),
    method: "finger",
    spends: [{ lease, amount: rupiah(amount) }],
  };
}

function delivered(terminal: PaperTerminal, ...events: VerifiedEvent[]): Promise<Delivery> {
  const { store, cloudKey } = paper.school;
  return store.commit((work) => {
    const owner = { school: SCHOOL, device: terminal.device, inc: terminal.inc };
    const parts = { work, owner, cloudKey: cloudKey.publicKey, isOnline: () => isHubOnline };
    return bookDelivery(parts, events);
  });
}

/** The hub sold 4.000 of 7.000, was heard, put the sale back and lent 5.500: the stall speaks of it before the hub does. */
async function crossed(): Promise<{
  readonly fromHub: readonly VerifiedEvent[];
  readonly fromStall: readonly VerifiedEvent[];
}> {
  const lease = await paper.grant(7_000);
  const sold = paper.write(hub(), saleOf(lease, hub(), 4_000));
  await delivered(hub(), sold);
  const back = paper.write(hub(), {
    type: "void",
    of: new Uint8Array(Buffer.from(sold.id, "hex")),
    amount: rupiah(4_000),
    reason: "wrong-amount",
  });
  const lent = paper.write(hub(), {
    type: "sub-grant",
    lease: SUB,
    to: stall().device,
    ask: askId("ask-1"),
    student: paper.kid(0),
    purse: "snack",
    amount: rupiah(5_500),
    spends: [{ lease, amount: rupiah(5_500) }],
  });
  const taken = paper.write(stall(), {
    type: "grant-accept",
    lease: SUB,
    amount: rupiah(5_500),
    grant: lent.bytes,
  });
  const eaten = paper.write(stall(), saleOf(SUB, stall(), 5_500));
  return { fromHub: [back, lent], fromStall: [taken, eaten] };
}

const verdicts = ({ plan }: Delivery): readonly string[] =>
  plan.accepted.map(({ booking }) => booking.anomaly ?? booking.verdict);

beforeEach(async () => {
  nowMs = MORNING_MS;
  isHubOnline = true;
  paper = await paperBooks({ terminals: 2, students: 1 }, () => nowMs);
});
afterEach(async () => {
  expect(await failedChecks(paper.school.store.read)).toEqual([]);
  await paper.school.close();
});

describe("a loan that the stall tells before the hub", () => {
  it("[H16] waits for the void that stood before it, and is booked whole", async () => {
    const { fromHub, fromStall } = await crossed();
    const early = await delivered(stall(), ...fromStall);
    expect([verdicts(early), early.heldAt]).toEqual([[], fromStall[0]?.event.n]);
    expect(verdicts(await delivered(hub(), ...fromHub))).toEqual(["booked", "booked"]);
    const late = await delivered(stall(), ...fromStall);
    expect([verdicts(late), late.heldAt]).toEqual([["noted", "booked"], null]);
    expect(await paper.balances()).toMatchObject({ "merchant:mer-1": 5_500 });
  });

  it("[H16] waits as long as it takes for a hub that is away", async () => {
    const { fromStall } = await crossed();
    isHubOnline = false;
    await delivered(stall(), ...fromStall);
    nowMs += 60 * MINUTE_MS;
    expect((await delivered(stall(), ...fromStall)).heldAt).not.toBeNull();
  });

  it("[H16] is booked as far as it reaches when the hub is there and has lost it", async () => {
    const { fromStall } = await crossed();
    expect((await delivered(stall(), ...fromStall)).heldAt).not.toBeNull();
    nowMs += 3 * MINUTE_MS;
    expect((await delivered(stall(), ...fromStall)).heldAt).not.toBeNull();
    nowMs += 2 * MINUTE_MS;
    const outcome = await delivered(stall(), ...fromStall);
    expect([verdicts(outcome), outcome.heldAt]).toEqual([["lease-short", "lease-short"], null]);
  });

  it("[H16] does not wait for a hub that persons have declared lost", async () => {
    const { fromStall } = await crossed();
    await paper.school.store.commit(({ db }) =>
      db.updateTable("device").set({ state: "lost" }).where("id", "=", hub().device).execute(),
    );
    expect((await delivered(stall(), ...fromStall)).heldAt).toBeNull();
  });
});
