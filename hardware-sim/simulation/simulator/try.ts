import { runSeed } from "./seed-run.ts";
const first = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 1);
const isVerbose = process.argv[4] === "v";
const startMs = performance.now();
const cpu = process.cpuUsage();
let purchases = 0,
  faults = 0,
  bad = 0,
  lost = 0,
  refused = 0;
for (let seed = first; seed < first + count; seed++) {
  const outcome = await runSeed(seed, isVerbose ? (line) => console.log(line) : undefined);
  purchases += outcome.purchases;
  faults += outcome.faults;
  lost += outcome.physicallyLost;
  refused += outcome.refused;
  if (outcome.broken !== null) {
    bad += 1;
    console.log(`seed ${seed}: ${outcome.broken.rule}: ${outcome.broken.sentence.slice(0, 600)}`);
    if (count === 1) console.log(outcome.lastHappenings.join("\n"));
  }
  if (count === 1) console.log(outcome.digest);
}
const used = process.cpuUsage(cpu);
console.log({
  count,
  purchases,
  refused,
  faults,
  bad,
  lost,
  secondsPerSeed: (performance.now() - startMs) / 1000 / count,
  cpu: (used.user + used.system) / 1e6 / count,
});
