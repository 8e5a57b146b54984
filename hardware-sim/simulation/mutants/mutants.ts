import { ingestMutants, lendingMutants, restoreMutants } from "./cloud-mutants.ts";
import { hubMutants } from "./hub-mutants.ts";
import { moneyMutants } from "./money-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { syncMutants } from "./sync-mutants.ts";
import { terminalMutants } from "./terminal-mutants.ts";

/** Every deliberate bug there is. */
export const MUTANTS: readonly Mutant[] = [
  ...terminalMutants,
  ...hubMutants,
  ...syncMutants,
  ...ingestMutants,
  ...lendingMutants,
  ...restoreMutants,
  ...moneyMutants,
];

export function mutantNamed(name: string): Mutant {
  const mutant = MUTANTS.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`There is no mutant named ${name}`);
  return mutant;
}
