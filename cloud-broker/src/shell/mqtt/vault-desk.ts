import type { UpFrame } from "@saku/protocol";
import { mayKeepTemplates } from "../../core/consent/consent.ts";
import { mayReceive } from "../../core/devices/device.ts";
import { queueForAll } from "../store/commands.ts";
import type { Work } from "../store/committer.ts";
import type { Connection } from "./connections.ts";
import type { UpContext } from "./up-context.ts";

type VaultFrame = Extract<UpFrame, { t: "vault" }>;

/** True when the item may be kept: consent for templates, a known child, and nothing newer here. */
async function isWanted(
  work: Work,
  connection: Connection,
  { item }: VaultFrame,
): Promise<boolean> {
  const child = await work.db
    .selectFrom("student")
    .select(["is_active", "consent_state", "consent_version"])
    .where("school", "=", connection.school)
    .where("id", "=", item.student)
    .executeTakeFirst();
  if (child === undefined || child.is_active === 0) return false;
  const consent = { state: child.consent_state, version: child.consent_version };
  if (item.item === "fingers" && !mayKeepTemplates(consent)) return false;
  const before = await work.db
    .selectFrom("vault_item")
    .select("version")
    .where("school", "=", connection.school)
    .where("student", "=", item.student)
    .where("item", "=", item.item)
    .executeTakeFirst();
  return before === undefined || before.version < item.version;
}

/**
 * A terminal that was told to erase and has not signed that it did speaks of what it had before: also when the guardian has
 * said yes again meanwhile, those fingers were taken under an answer that was withdrawn [CN2].
 */
async function owesErasure(
  work: Work,
  { school, device }: Connection,
  { item }: VaultFrame,
): Promise<boolean> {
  if (item.item !== "fingers") return false;
  const row = await work.db
    .selectFrom("erasure")
    .select("consent")
    .where("school", "=", school)
    .where("student", "=", item.student)
    .where("device", "=", device)
    .where("erased_at", "is", null)
    .executeTakeFirst();
  return row !== undefined;
}

async function keep(
  { cloud }: UpContext,
  work: Work,
  connection: Connection,
  { item }: VaultFrame,
): Promise<void> {
  const { school, device } = connection;
  const content = {
    version: item.version,
    epoch: item.epoch,
    wrap: item.wrap,
    sealed: item.sealed,
    from_device: device,
    stored_at: work.now,
  };
  await work.db
    .insertInto("vault_item")
    .values({ school, student: item.student, item: item.item, ...content })
    .onConflict((conflict) => conflict.columns(["school", "student", "item"]).doUpdateSet(content))
    .execute();
  await queueForAll(work, cloud.outbox, { school, except: device }, { kind: "vault", item });
  work.afterCommit(() => cloud.changes.schoolChanged(school));
}

/** Keeps a sealed secret, which the cloud cannot read, and passes it on to the school's other terminals [CN2]. */
export async function takeVaultItem(
  context: UpContext,
  connection: Connection,
  frame: VaultFrame,
): Promise<void> {
  const { cloud, connections } = context;
  const isTaken = await cloud.store.commit(async (work) => {
    const { state } = await work.db
      .selectFrom("device")
      .select("state")
      .where("id", "=", connection.device)
      .executeTakeFirstOrThrow();
    if (!mayReceive(state)) return false;
    // Not acknowledged: the terminal erases it, or sends what it took after its receipt once more.
    if (await owesErasure(work, connection, frame)) return false;
    if (await isWanted(work, connection, frame)) await keep(context, work, connection, frame);
    return true;
  });
  // What may not be kept is acknowledged too: the terminal must not send it for ever.
  if (isTaken) await connections.send(connection.device, { t: "vault-ack", ask: frame.ask });
}
