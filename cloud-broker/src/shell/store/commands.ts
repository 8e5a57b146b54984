import {
  encodeCbor,
  encodeCommand,
  must,
  openObject,
  parseCommand,
  signObject,
  toHex,
  type CommandBody,
  type DeviceId,
  type SchoolId,
  type Sign,
  type SignedBytes,
  type StudentId,
  type UnixMs,
} from "@saku/protocol";
import { CLOUD_KID } from "../keys/cloud-key.ts";
import type { Work } from "./committer.ts";

/** Tells the connection of a terminal that there is something new for it. */
export type Outbox = {
  readonly sign: Sign;
  readonly onQueued: (device: DeviceId) => void;
};

function subjectOf(body: CommandBody): string {
  switch (body.kind) {
    case "vault":
      return `${body.item.student}/${body.item.item}`;
    case "stall":
      return body.merchant;
    case "roster":
    case "emergency":
    case "checkpoint":
    case "rotate-key":
      return "";
    case "hub":
      return body.hub?.device ?? "";
    case "student":
    case "consent":
    case "freeze":
    case "limits":
    case "lease-grant":
    case "return-request":
      return body.student;
  }
}

/** Signs commands for one terminal under its next revisions and stores them; they are sent after the commit. */
export async function queueCommands(
  work: Work,
  outbox: Outbox,
  to: { readonly school: SchoolId; readonly device: DeviceId },
  bodies: readonly CommandBody[],
): Promise<number> {
  if (bodies.length === 0) return 0;
  const { rev: last } = await work.db
    .updateTable("device")
    .set((eb) => ({ rev: eb("rev", "+", bodies.length) }))
    .where("id", "=", to.device)
    .returning("rev")
    .executeTakeFirstOrThrow();
  const first = last - bodies.length + 1;
  const rows = bodies.map((body, index) => ({
    device: to.device,
    rev: first + index,
    kind: body.kind,
    subject: subjectOf(body),
    bytes: signObject(
      "saku.command.v1",
      CLOUD_KID,
      encodeCommand({ v: 1, ...to, rev: first + index, at: work.now, body }),
      outbox.sign,
    ),
    created_at: work.now,
  }));
  for (let start = 0; start < rows.length; start += 200)
    await work.db
      .insertInto("command")
      .values(rows.slice(start, start + 200))
      .execute();
  work.afterCommit(() => outbox.onQueued(to.device));
  return last;
}

/** The same word to every terminal of a school that may hear it. */
export async function queueForAll(
  work: Work,
  outbox: Outbox,
  to: { readonly school: SchoolId; readonly except?: DeviceId },
  body: CommandBody,
): Promise<readonly DeviceId[]> {
  const { school, except } = to;
  const devices = await work.db
    .selectFrom("device")
    .select("id")
    .where("school", "=", school)
    // A quarantined terminal must still hear of freezes and withdrawals; it is given no money and no secrets.
    .where(
      "state",
      "in",
      body.kind === "vault" || body.kind === "lease-grant" ? ["active"] : ["active", "quarantined"],
    )
    .execute();
  const targets = devices.map(({ id }) => id).filter((id) => id !== except);
  for (const device of targets) await queueCommands(work, outbox, { school, device }, [body]);
  return targets;
}

/**
 * Ciphertext of a withdrawn child also stands in commands that carried it. Revisions are gapless, so each is replaced, under
 * its revision, by the withdrawal itself.
 */
export async function replaceVaultCommands(
  { db, now }: Work,
  outbox: Outbox,
  school: SchoolId,
  withdrawn: { readonly student: StudentId; readonly version: number },
): Promise<void> {
  const rows = await db
    .selectFrom("command")
    .innerJoin("device", "device.id", "command.device")
    .select(["command.device", "command.rev"])
    .where("device.school", "=", school)
    .where("command.kind", "=", "vault")
    .where("command.subject", "=", `${withdrawn.student}/fingers`)
    .execute();
  for (const { device, rev } of rows) {
    const body: CommandBody = { kind: "consent", state: "withdrawn", ...withdrawn };
    const payload = encodeCommand({ v: 1, school, device, rev, at: now, body });
    await db
      .updateTable("command")
      .set({
        kind: "consent",
        subject: withdrawn.student,
        bytes: signObject("saku.command.v1", CLOUD_KID, payload, outbox.sign),
      })
      .where("device", "=", device)
      .where("rev", "=", rev)
      .execute();
  }
}

function bodyOf(bytes: Uint8Array): CommandBody {
  const opened = openObject("saku.command.v1", bytes);
  const parsed = opened.ok ? parseCommand(opened.value.payload) : opened;
  return must(parsed.ok ? parsed.value : null, "A stored command is one of ours").body;
}

/**
 * A restored ledger counts on from the revision it held, while a terminal may have heard more from the one that was lost:
 * what was queued since under numbers that the terminal knows already would never be heard, and money of such grants would
 * lie in nobody's hands. All of this lineage is said again, in order, above both counts; every command bears repeating.
 */
export async function repeatCommands(
  work: Work,
  outbox: Outbox,
  to: { readonly school: SchoolId; readonly device: DeviceId },
  heard: { readonly have: number; readonly sinceMs: UnixMs },
): Promise<void> {
  const rows = await work.db
    .selectFrom("command")
    .select(["rev", "bytes"])
    .where("device", "=", to.device)
    .where("created_at", ">=", heard.sinceMs)
    .orderBy("rev")
    .execute();
  const said = rows.map(({ rev, bytes }) => {
    const body = bodyOf(new Uint8Array(bytes));
    return { rev, body, key: toHex(encodeCbor(body)) };
  });
  const toCome = new Set(said.filter(({ rev }) => rev > heard.have).map(({ key }) => key));
  const isComplete = said.every(({ rev, key }) => rev > heard.have || toCome.has(key));
  if (isComplete) return;
  const bodies = said.map(({ body }) => body);
  await queueCommands(work, outbox, to, bodies);
}

/** When the first command above this revision was made; null when there is none. */
export async function firstSaidAfter(
  { db }: Pick<Work, "db">,
  device: DeviceId,
  rev: number,
): Promise<UnixMs | null> {
  const row = await db
    .selectFrom("command")
    .select((eb) => eb.fn.min("created_at").as("at"))
    .where("device", "=", device)
    .where("rev", ">", rev)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Revisions above `have`, oldest first, as many as fit one frame. */
export async function commandsAfter(
  { db }: Pick<Work, "db">,
  device: DeviceId,
  have: number,
): Promise<readonly { readonly rev: number; readonly bytes: SignedBytes }[]> {
  const rows = await db
    .selectFrom("command")
    .select(["rev", "bytes"])
    .where("device", "=", device)
    .where("rev", ">", have)
    .orderBy("rev")
    .limit(FRAME_COMMANDS_MAX)
    .execute();
  const fitting: { rev: number; bytes: SignedBytes }[] = [];
  let size = 0;
  for (const { rev, bytes } of rows) {
    size += bytes.length;
    if (fitting.length > 0 && size > FRAME_BYTES_MAX) break;
    fitting.push({ rev, bytes: new Uint8Array(bytes) as SignedBytes });
  }
  return fitting;
}

const FRAME_COMMANDS_MAX = 200;
const FRAME_BYTES_MAX = 49_152;
