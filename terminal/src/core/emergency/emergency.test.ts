import { rupiah } from "@saku/protocol";
import { describe, expect, it } from "vitest";
import { decideEmergency, mayOffer, type EmergencyFacts } from "./emergency.ts";

const facts = (changes: Partial<EmergencyFacts> = {}): EmergencyFacts => ({
  isReady: true,
  student: { isActive: true, isFrozen: false },
  perSale: rupiah(8_000),
  perDay: rupiah(20_000),
  usedToday: rupiah(0),
  ...changes,
});

describe("a meal from the reserve", () => {
  it("[W17] is served within the meal's and the day's allowance", () => {
    expect(decideEmergency(facts(), rupiah(8_000))).toEqual({ kind: "serve" });
    expect(decideEmergency(facts({ usedToday: rupiah(12_000) }), rupiah(8_000)).kind).toBe("serve");
  });

  it("[W17] is refused by the first check that fails", () => {
    const faults: readonly (readonly [string, Partial<EmergencyFacts>])[] = [
      ["terminal-not-ready", { isReady: false }],
      ["unknown-student", { student: null }],
      ["frozen", { student: { isActive: true, isFrozen: true } }],
      ["limit", { usedToday: rupiah(12_001) }],
    ];
    for (const [index, [reason]] of faults.entries()) {
      const merged = faults
        .slice(index)
        .reduceRight<Partial<EmergencyFacts>>((sum, [, fault]) => ({ ...sum, ...fault }), {});
      expect(decideEmergency(facts(merged), rupiah(8_000))).toEqual({ kind: "refused", reason });
    }
    expect(decideEmergency(facts({ perSale: rupiah(0) }), rupiah(1)).kind).toBe("refused");
  });

  it("[W18] is offered for want of signal or money, never to a frozen or unknown child", () => {
    for (const reason of ["funds", "limit", "held-elsewhere", "lease-short-offline"] as const)
      expect(mayOffer(reason, rupiah(5_000), rupiah(5_000))).toBe(true);
    for (const reason of ["frozen", "unknown-student", "disk-failed", "over-sale-limit"] as const)
      expect(mayOffer(reason, rupiah(5_000), rupiah(5_000))).toBe(false);
    expect(mayOffer("funds", rupiah(4_999), rupiah(5_000))).toBe(false);
  });
});
