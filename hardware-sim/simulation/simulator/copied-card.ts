import { Line } from "./network.ts";
import type { SchoolRun } from "./seed-run.ts";
import { Till } from "./till.ts";

// Somebody copies a card and puts the copy into a second machine: two terminals with one name and one past.

/** Of one terminal in a run. Both sell until the faults stop. */
export function copyCard(run: SchoolRun, till: Till): void {
  if (run.copied !== null || run.gone === till || !till.isWorking) return;
  const { world, random, agenda } = run;
  world.fault(`a copy of ${till.name}'s card works in another machine`);
  const name = `${till.name}b`;
  const line = new Line(agenda, random.fork(`line-${name}`), run.weather());
  const { slot, keys } = till;
  const image = till.disk.image();
  const twin = new Till(world, { name, slot, keys, cloud: run.cloud, lan: run.lan, line, image });
  run.copied = { original: till, twin };
  run.tills.push(twin);
  run.oracle.hasRestored = true;
  run.oracle.hasTwin = true;
  void twin.boot();
}

/** At the end the school finds the second one. What it sold is delivered before it goes, while the first one is off. */
export async function retireTwin(
  run: SchoolRun,
  isDrained: (till: Till) => boolean,
  maxMs: number,
): Promise<void> {
  if (run.copied === null) return;
  const { original, twin } = run.copied;
  original.stop("process");
  if (!twin.isWorking) void twin.boot();
  await run.run(run.agenda.nowMs + maxMs, () => isDrained(twin));
  if (run.broken === null && !isDrained(twin))
    run.world.broken("stuck", `I18: ${twin.name} was not drained in time`);
  twin.stop("process");
  run.tills.splice(run.tills.indexOf(twin), 1);
  run.story.tell(`${twin.name} is taken out of service`);
  void original.boot();
}
