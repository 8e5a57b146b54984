import { describe, expect, it } from "vitest";
import { schoolId } from "@saku/protocol";
import { openStore, type Store } from "@saku/cloud-broker/shell/store/store";
import { createRandom } from "@saku/hardware-sim/random";
import { createAgenda, settled } from "./agenda.ts";
import { SimulatedDisk } from "./disk.ts";
import { createDrivers } from "./drivers.ts";
import { startMachine, type Machine } from "./machine.ts";

async function simulated<T>(use: (store: Store, machine: Machine) => Promise<T>): Promise<T> {
  const random = createRandom(4);
  const agenda = createAgenda(random.fork("agenda"));
  const machine = startMachine(agenda, random.fork("machine"));
  const disk = new SimulatedDisk(random.fork("disk"));
  const drivers = createDrivers(machine, disk, { commitMs: () => 3 });
  const { timers, entropy } = machine;
  const open = drivers.openCloud;
  const file = drivers.path("ledger.sqlite");
  const run = async (): Promise<T> => {
    const store = await openStore({ file, open, clock: () => 1_795_400_000_000, timers, entropy });
    try {
      return await use(store, machine);
    } finally {
      await store.close();
    }
  };
  return settled(agenda, run());
}

const found = (store: Store, name: string): Promise<void> =>
  store.commit(async ({ db, now }) => {
    await db
      .insertInto("school")
      .values({
        id: schoolId(name),
        name,
        zone: 420,
        root_key: new Uint8Array(32),
        created_at: now,
      })
      .execute();
  });

describe("a look at a simulated ledger", () => {
  it("[Q4] is of one instant, and a writer that waited for it goes on", async () => {
    const seen = await simulated(async (store, machine) => {
      const names = (db: Store["read"]) => db.selectFrom("school").select("name").execute();
      const beside: Promise<void>[] = [];
      const looked = await store.snapshot(async (db) => {
        const before = await names(db);
        beside.push(found(store, "sch-a"));
        // Longer than any commit takes.
        await machine.sleep(1_000);
        const between = await store.snapshot(names);
        return [before, between, await names(db)];
      });
      await expect(
        store.snapshot((db) =>
          db
            .selectFrom("nobody" as "school")
            .selectAll()
            .execute(),
        ),
      ).rejects.toThrow("no such table");
      await Promise.all(beside);
      return [...looked, await names(store.read)];
    });
    expect(seen).toEqual([[], [], [], [{ name: "sch-a" }]]);
  });

  it("[Q4] waits for the writer that has begun", async () => {
    const seen = await simulated(async (store, machine) => {
      const names = () => store.snapshot((db) => db.selectFrom("school").select("name").execute());
      const looks: Promise<readonly { readonly name: string }[]>[] = [];
      await store.commit(async (work) => {
        await found({ ...store, commit: (job) => job(work) }, "sch-a");
        looks.push(names());
        await machine.sleep(1_000);
        await work.db.updateTable("school").set({ name: "SD" }).execute();
      });
      return Promise.all(looks);
    });
    expect(seen).toEqual([[{ name: "SD" }]]);
  });
});
