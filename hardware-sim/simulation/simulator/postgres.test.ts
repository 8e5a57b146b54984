import { afterAll, describe, expect, it } from "vitest";
import {
  startPrivatePostgres,
  type PrivatePostgres,
} from "@saku/cloud-broker/shell/store/private-postgres";
import { quiet } from "./agenda.ts";
import { founderAt, type Founder } from "./databases.ts";
import { SERVER_SETTINGS } from "./postgres-ground.ts";
import { runSeed, type SeedOutcome } from "./seed-run.ts";
import { Wire } from "./wire.ts";

const TIMEOUT_MS = 300_000;

async function start(): Promise<PrivatePostgres | { readonly problem: string }> {
  try {
    return await startPrivatePostgres(undefined, SERVER_SETTINGS);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

const server = await start();
const founder: Founder | null =
  "problem" in server ? null : await founderAt(server.urlOf("postgres"));

afterAll(async () => {
  await founder?.close();
  if (!("problem" in server)) await server.stop();
});

type Told = { readonly outcome: SeedOutcome; readonly story: readonly string[] };

async function toldOn({ foot }: Founder, seed: number): Promise<Told> {
  const story: string[] = [];
  const outcome = await runSeed(seed, (line) => story.push(line), foot);
  return { outcome, story };
}

// A seed in which the cloud is killed and restored from a copy.
const SEED = 9;

describe.each(founder === null ? [] : [founder])("a school on PostgreSQL", (there) => {
  it(
    "[Q6] is the same happenings for the same seed, and every rule holds",
    { timeout: TIMEOUT_MS },
    async () => {
      const first = await toldOn(there, SEED);
      expect(first.outcome.broken).toBeNull();
      expect(first.outcome.purchases).toBeGreaterThan(0);
      const again = await toldOn(there, SEED);
      expect(again.story).toEqual(first.story);
      expect(again.outcome).toEqual(first.outcome);
      const told = first.story.join("\n");
      expect(told).toContain("the cloud dies");
      expect(told).toContain("its newest copy restored");
    },
  );
});

it.each("problem" in server ? [server.problem] : [])(
  "a school was not run on PostgreSQL, which did not start: %s",
  (problem) => {
    expect(problem).not.toBe("");
  },
);

describe("the way to a real server", () => {
  it("[Q6] is gone one at a time, and all is still only when the last answer was heard", async () => {
    const wire = new Wire();
    const heard: string[] = [];
    let resolve: (text: string) => void = () => undefined;
    const answer = new Promise<string>((settle) => (resolve = settle));
    const asked = [
      wire.run(() => answer),
      wire.run(async () => {
        heard.push("the second is asked");
        return "second";
      }),
    ];
    void asked[1]?.then(() => wire.run(async () => heard.push("the third is asked")));
    const still = wire.stillness().then(() => heard.push("still"));
    await quiet();
    expect(heard).toEqual([]);
    resolve("first");
    await still;
    expect(heard).toEqual(["the second is asked", "the third is asked", "still"]);
    expect(await Promise.all(asked)).toEqual(["first", "second"]);
  });

  it("[Q6] goes on after an answer that was an error", async () => {
    const wire = new Wire();
    const failed = wire.run(() => Promise.reject(new Error("no")));
    const next = wire.run(async () => "yes");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("yes");
    await wire.stillness();
  });
});
