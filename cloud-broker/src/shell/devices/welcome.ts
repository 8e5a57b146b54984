import { rupiah, type CommandBody, type DeviceId, type SchoolId } from "@saku/protocol";
import { queueCommands, type Outbox } from "../store/commands.ts";
import { emergencyCommand, hubCommand } from "../store/hubs.ts";
import { allLimits } from "../store/limits.ts";
import type { Work } from "../store/committer.ts";

// What one sale may cost and the keys of a new stall, until the school sets its own.
const PER_SALE = rupiah(100_000);
const QUICK_KEYS = [2_000, 3_000, 5_000, 7_000, 10_000, 15_000].map((amount) => ({
  label: `Rp ${amount.toLocaleString("id-ID")}`,
  amount: rupiah(amount),
}));

async function stallOf(work: Work, school: SchoolId, device: DeviceId): Promise<CommandBody> {
  const row = await work.db
    .selectFrom("device")
    .innerJoin("merchant", (join) =>
      join
        .onRef("merchant.school", "=", "device.school")
        .onRef("merchant.id", "=", "device.merchant"),
    )
    .innerJoin("school", "school.id", "device.school")
    .select(["merchant.id", "merchant.name", "school.name as school_name", "school.zone"])
    .where("device.id", "=", device)
    .where("device.school", "=", school)
    .executeTakeFirstOrThrow();
  return {
    kind: "stall",
    merchant: row.id,
    merchantName: row.name,
    schoolName: row.school_name,
    zone: row.zone,
    perSale: PER_SALE,
    quickKeys: QUICK_KEYS,
  };
}

async function childrenOf(work: Work, school: SchoolId): Promise<readonly CommandBody[]> {
  const rows = await work.db
    .selectFrom("student")
    .selectAll()
    .where("school", "=", school)
    .where("is_active", "=", 1)
    .orderBy("id")
    .execute();
  return rows.flatMap((row) => {
    const { id: student, consent_state: state, consent_version: version } = row;
    const bodies: CommandBody[] = [
      {
        kind: "student",
        student,
        number: row.number,
        name: row.first_name,
        className: row.class_name,
        isActive: true,
      },
    ];
    if (state === "granted" || state === "withdrawn")
      bodies.push({ kind: "consent", student, state, version });
    if (row.is_frozen === 1) bodies.push({ kind: "freeze", student, isFrozen: true });
    return bodies;
  });
}

async function secretsOf(work: Work, school: SchoolId): Promise<readonly CommandBody[]> {
  const rows = await work.db
    .selectFrom("vault_item")
    .selectAll()
    .where("school", "=", school)
    .execute();
  return rows.map(({ student, item, version, epoch, wrap, sealed }) => ({
    kind: "vault",
    item: {
      student,
      item,
      version,
      epoch,
      wrap: new Uint8Array(wrap),
      sealed: new Uint8Array(sealed),
    },
  }));
}

/** Everything a terminal must know on its first day: its stall, the roster, the children, and their sealed secrets. */
export async function welcomeDevice(
  work: Work,
  outbox: Outbox,
  to: { readonly school: SchoolId; readonly device: DeviceId },
  roster: Uint8Array,
): Promise<void> {
  await queueCommands(work, outbox, to, [
    await stallOf(work, to.school, to.device),
    { kind: "roster", roster },
    await hubCommand(work, to.school),
    await emergencyCommand(work, to.school),
    ...(await childrenOf(work, to.school)),
    ...(await allLimits(work, to.school)),
    ...(await secretsOf(work, to.school)),
  ]);
}
