import { describe, expect, it } from "vitest";
import { encodeEvent, incarnation, rupiah, schoolDay, signObject, unixMs } from "@saku/protocol";
import { deviceId, merchantId, schoolId, studentId, leaseId, ZERO_ID } from "@saku/protocol";
import type { EventBody } from "@saku/protocol";
import { decidedBy, mayDecide, personsNeeded, readLetter } from "./dead-letter.ts";

const letter = (body: EventBody) =>
  readLetter(
    signObject(
      "saku.event.v1",
      "trm-1",
      encodeEvent({
        v: 1,
        school: schoolId("sch-1"),
        device: deviceId("trm-1"),
        inc: incarnation("00000000000000aa"),
        n: 3,
        parent: ZERO_ID,
        at: unixMs(1),
        trust: "none",
        day: schoolDay(20261123),
        zone: 420,
        have: 0,
        body,
      }),
      () => new Uint8Array(64),
    ),
  );
const sale = letter({
  type: "sale",
  student: studentId("stu-1"),
  merchant: merchantId("mer-1"),
  purse: "snack",
  amount: rupiah(5_000),
  method: "pin",
  spends: [{ lease: leaseId("les-1"), amount: rupiah(5_000) }],
});
const dayOpen = letter({ type: "day-open" });
const of = (read: ReturnType<typeof letter>) => ({ ...read, reason: "bad-signature" as const });
const noise = readLetter(Uint8Array.of(1, 2, 3));

describe("an event that could not be booked", () => {
  it("[N11] is given up by one person when it moves no money, else by two different ones", () => {
    expect([dayOpen, sale, noise].map((one) => personsNeeded(one, "bad-signature"))).toEqual([
      1, 2, 2,
    ]);
    expect(personsNeeded(dayOpen, "orphan")).toBe(2);
    const ani = { person: "per-ani", what: "discard" } as const;
    const budi = { person: "per-budi", what: "discard" } as const;
    expect(decidedBy(of(dayOpen), [ani], "discard")).toEqual(["per-ani"]);
    expect(decidedBy(of(sale), [ani], "discard")).toBeNull();
    expect(decidedBy(of(sale), [ani, ani], "discard")).toBeNull();
    expect(decidedBy(of(sale), [ani, { ...budi, what: "suspense" }], "discard")).toBeNull();
    expect(decidedBy(of(sale), [ani, budi], "discard")).toEqual(["per-ani", "per-budi"]);
  });

  it("[N11] is paid from suspense only when it is a sale that can be read", () => {
    const all = [dayOpen, sale, noise];
    expect(all.map((one) => mayDecide(one, "suspense"))).toEqual([false, true, false]);
    expect(all.map((one) => mayDecide(one, "discard"))).toEqual([true, true, true]);
  });
});
