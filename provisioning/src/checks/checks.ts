import type { Facts } from "./facts.ts";
import { checkMachine } from "./machine.ts";
import { checkMembership } from "./membership.ts";
import { checkParts } from "./parts.ts";
import type { Verdict, VerdictMark } from "./verdict.ts";

/** All verdicts in the order a technician works: the parts, the school, then the machine. */
export function checkAll(facts: Facts, hereMs: number): readonly Verdict[] {
  return [...checkParts(facts), ...checkMembership(facts, hereMs), ...checkMachine(facts)];
}

/** Broken beats attention; what is unknown does not count. */
export function worstMark(verdicts: readonly Verdict[]): Exclude<VerdictMark, "unknown"> {
  if (verdicts.some((each) => each.mark === "broken")) return "broken";
  return verdicts.some((each) => each.mark === "attention") ? "attention" : "ok";
}
