import { typed, wholeNumber } from "../command-line.ts";
import { policyTable, refusedPercent, type PolicyRow } from "./policy-table.ts";

const USAGE = "npm run policy -- [--seeds DAYS]";
const values = typed(USAGE, { options: { seeds: { type: "string", default: "200" } } });
const dayCount = wholeNumber(USAGE, { name: "seeds", text: values.seeds, min: 1 });

const startMs = performance.now();
const seeds = Array.from({ length: dayCount }, (_, index) => index + 1);
const rows = policyTable(seeds);

const grouped = (value: number): string =>
  Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ".");

function lineOf(row: PolicyRow): string {
  const cells = [
    row.name.padEnd(44),
    (row.affordableCount / row.dayCount).toFixed(1).padStart(12),
    `${refusedPercent(row).toFixed(2)} %`.padStart(12),
    `Rp ${grouped(row.overspend / row.dayCount)}`.padStart(16),
    `Rp ${grouped(row.lent / row.dayCount)}`.padStart(16),
  ];
  return cells.join("");
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say("internet down all day, 6 stalls, 1000 pupils, limit Rp 20.000; a day on average");
say(
  [
    "policy".padEnd(44),
    "affordable".padStart(12),
    "refused".padStart(12),
    "overspend".padStart(16),
    "reserve lent".padStart(16),
  ].join(""),
);
for (const row of rows) say(lineOf(row));
say(`days ${seeds.length} in ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
