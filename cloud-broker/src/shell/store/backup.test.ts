import { copyFileSync, mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { must, type DeviceId } from "@saku/protocol";
import { openEvent } from "../../core/ingest/verify.ts";
import { MORNING_MS, paperSchool, SCHOOL, type PaperSchool } from "../paper-school.suite.ts";
import { backUp } from "./backup.ts";
import { describeOnBoth } from "./databases.suite.ts";
import { bookBatch } from "./bookings.ts";
import { openStore, type Store } from "./store.ts";

/** A school with one terminal that signs and delivers one event at a time. */
async function openSchool(): Promise<{
  readonly school: PaperSchool;
  readonly device: DeviceId;
  bookOne(): Promise<void>;
}> {
  const school = await paperSchool({ terminals: 1, students: 1 });
  const terminal = must(school.terminals[0], "a terminal");
  const owner = { school: SCHOOL, device: terminal.device, inc: terminal.inc };
  return {
    school,
    device: terminal.device,
    bookOne: async () => {
      const { n, bytes } = terminal.write({ type: "day-open" });
      const opened = openEvent(owner, n, bytes);
      const verified = must(opened.ok ? opened.value.verified : null, "a paper event opens");
      await school.store.commit((work) => bookBatch(work, owner, [verified]));
    },
  };
}

const marksOf = (store: Store): Promise<readonly { ack: number; safe: number }[]> =>
  store.read.selectFrom("incarnation").select(["ack", "safe"]).execute();

describeOnBoth("a backup", () => {
  it("[N9] lets safe rise to what it holds and no further, and a restored one starts a higher term", async () => {
    const { school, device, bookOne } = await openSchool();
    const marks = () => marksOf(school.store);
    await bookOne();
    expect(await marks()).toEqual([{ ack: 1, safe: 0 }]);
    const directory = join(school.directory, "backup");
    const { file, devices } = await backUp(school.store, directory, MORNING_MS);
    expect(devices).toEqual([device]);
    await bookOne();
    expect(await marks()).toEqual([{ ack: 2, safe: 1 }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(school.store.term).toBe(1);
    await school.store.close();

    const restored = join(school.directory, "restored.sqlite");
    copyFileSync(file, restored);
    const store = await openStore({ file: restored, clock: () => MORNING_MS });
    expect(store.term).toBe(Math.floor(MORNING_MS / 1000));
    expect(await store.read.selectFrom("device_event").select("n").execute()).toEqual([{ n: 1 }]);
    await store.close();
    const again = await openStore({ file: restored, clock: () => MORNING_MS + 5_000 });
    expect(again.term).toBe(store.term);
    await again.close();
  });

  it("[N9] that is overtaken by new events lets safe rise to its own content only", async () => {
    const { school, bookOne } = await openSchool();
    await bookOne();
    const running = backUp(school.store, join(school.directory, "backup"), MORNING_MS);
    for (let count = 0; count < 20; count++) await bookOne();
    const { file } = await running;
    const copy = await openStore({ file, clock: () => MORNING_MS });
    const [held] = await marksOf(copy);
    const [told] = await marksOf(school.store);
    expect(told?.safe).toBeLessThanOrEqual(held?.ack ?? 0);
    expect(told?.safe).toBeGreaterThan(0);
    expect(told?.ack).toBe(21);
    await copy.close();
    await school.close();
  });

  it("[N9] that cannot be written leaves safe where it was and no half a file", async () => {
    const { school, bookOne } = await openSchool();
    const directory = join(school.directory, "backup");
    await bookOne();
    await backUp(school.store, directory, 1);
    await bookOne();
    const taken = join(directory, "ledger-0000000000002.sqlite");
    mkdirSync(taken);
    await expect(backUp(school.store, directory, 2)).rejects.toThrow();
    rmdirSync(taken);
    expect(readdirSync(directory)).toEqual(["ledger-0000000000001.sqlite"]);
    expect(await marksOf(school.store)).toEqual([{ ack: 2, safe: 1 }]);
    await school.close();
  });

  it("[N9] is kept although the clock was set back, and clears what a crash left half written", async () => {
    const { school, bookOne } = await openSchool();
    const directory = join(school.directory, "backup");
    for (let count = 0; count < 6; count++) {
      await bookOne();
      await backUp(school.store, directory, MORNING_MS + count);
    }
    writeFileSync(join(directory, ".unfinished-00"), "half");
    await bookOne();
    const { file } = await backUp(school.store, directory, MORNING_MS - 86_400_000);
    expect(await marksOf(school.store)).toEqual([{ ack: 7, safe: 7 }]);
    expect(readdirSync(directory).toSorted().at(-1)).toBe(basename(file));
    expect(readdirSync(directory)).toHaveLength(5);
    await school.close();
  });
});
