import {
  askId,
  encodeHubAsk,
  HUB_ANSWER_SIZE_MAX,
  idText,
  must,
  openObject,
  parseEvent,
  parseHubAnswer,
  parseHubAsk,
  signObject,
  subLeaseId,
  verifyObject,
  type DeviceId,
  type Entropy,
  type HubAnswer,
  type HubAsk,
  type HubRefusal,
  type MerchantId,
  type Purse,
  type Rupiah,
  type SchoolDay,
  type SchoolId,
  type SignedBytes,
  type StudentId,
  type Verify,
} from "@saku/protocol";
import { leaseOfGrant } from "../../core/hub/accept.ts";
import type { HubReach } from "../../core/hub/link-mode.ts";
import { acceptLease, type LeaseGrant } from "../../core/wallet/lease.ts";
import { hubAsked } from "../../events.ts";
import type { DeviceKeys } from "../keys/device-keys.ts";
import { createListenerSet } from "../listener/listener-set.ts";
import type { Log } from "../log/log.ts";
import {
  deleteOpenAsk,
  insertOpenAsk,
  readHub,
  readOpenAsk,
  type HubAddress,
  type OpenAsk,
} from "../store/hub-store.ts";
import type { Journal } from "../store/journal.ts";
import { insertLease, readLease } from "../store/money-store.ts";
import type { Database, Sql } from "../store/sqlite.ts";
import type { RosterKeys } from "./roster-keys.ts";

export type HubQuestion = {
  readonly student: StudentId;
  readonly merchant: MerchantId;
  readonly purse: Purse;
  readonly day: SchoolDay;
  readonly need: Rupiah;
};

export type HubOutcome =
  /** The lease is on this terminal's disk. It may be smaller than the need when it answers an older question. */
  | { readonly kind: "granted" }
  | { readonly kind: "refused"; readonly reason: HubRefusal }
  /** There is no hub to ask, or it did not answer. */
  | { readonly kind: "no-answer" };

/** The way to the school's hub while a child stands at the counter. */
export interface HubLine {
  readonly reach: HubReach;
  ask(question: HubQuestion): Promise<HubOutcome>;
  /** Looks who the hub is now and whether it can be reached. */
  refresh(): Promise<void>;
  onChange(listener: () => void): () => void;
}

/** A school without a hub. */
export const NO_HUB: Pick<HubLine, "ask"> = {
  ask: () => Promise.resolve({ kind: "no-answer" }),
};

/** Carries signed bytes to the hub and back; null when nothing (or nothing of use) came in time. */
export type HubPost = (url: string, bytes: Uint8Array) => Promise<Uint8Array | null>;

export type HubLineParts = {
  readonly school: SchoolId;
  readonly database: Pick<Database, "read" | "transaction">;
  readonly keys: Pick<DeviceKeys, "device" | "sign">;
  readonly journal: Journal;
  readonly rosterKeys: (sql: Sql) => Promise<RosterKeys>;
  readonly post: HubPost;
  /** Whether something listens at the address; asked now and then for the mode on the counter. */
  readonly probe: (url: string) => Promise<boolean>;
  readonly entropy: Entropy;
  readonly verify: Verify;
  readonly log: Log;
};

type Target = { readonly device: DeviceId; readonly url: string };
type Waiting = { readonly ask: HubAsk; readonly open: OpenAsk };

export function createHubLine(parts: HubLineParts): HubLine {
  const changes = createListenerSet<[]>();
  let reach: HubReach = "none";

  function reached(next: HubReach): void {
    if (next === reach) return;
    reach = next;
    changes.tell();
  }

  async function target(): Promise<Target | null> {
    const hub = await readHub(parts.database.read);
    reached(reachWithout(hub, parts.keys.device, reach));
    if (hub === null || hub.url === null || hub.device === parts.keys.device) return null;
    return { device: hub.device, url: hub.url };
  }

  return {
    get reach() {
      return reach;
    },
    onChange: changes.add,
    async refresh() {
      const hub = await target();
      if (hub !== null) reached((await parts.probe(hub.url)) ? "up" : "down");
    },
    async ask(question) {
      const hub = await target();
      if (hub === null) return { kind: "no-answer" };
      const waiting = await askToSend(parts, hub, question);
      const answer = await exchange(parts, hub, waiting);
      reached(answer === null ? "down" : "up");
      const outcome = await settle(parts, waiting, answer);
      hubAsked(parts.log, { outcome: outcome.kind === "refused" ? outcome.reason : outcome.kind });
      return outcome;
    },
  };
}

function reachWithout(hub: HubAddress | null, self: DeviceId, before: HubReach): HubReach {
  if (hub === null) return "none";
  if (hub.device === self) return "self";
  return before === "up" ? "up" : "down";
}

/**
 * The question to send: one that waits without an answer goes first, in the same bytes, so that what the hub may have
 * given already is not given twice (H7). A new one is on disk before it leaves.
 */
async function askToSend(
  parts: HubLineParts,
  hub: Target,
  question: HubQuestion,
): Promise<Waiting> {
  const before = await readOpenAsk(parts.database.read, question);
  const asked = before?.hub === hub.device ? readAsk(before.bytes) : null;
  if (before !== null && asked !== null) return { ask: asked, open: before };
  const { student, merchant, purse, day, need } = question;
  const ask: HubAsk = {
    v: 1,
    school: parts.school,
    device: parts.keys.device,
    hub: hub.device,
    ask: askId(idText("ask", parts.entropy.bytes(15))),
    day,
    student,
    merchant,
    purse,
    amount: need,
  };
  const bytes = signObject(
    "saku.hub-ask.v1",
    parts.keys.device,
    encodeHubAsk(ask),
    parts.keys.sign,
  );
  const open = { ask: ask.ask, hub: hub.device, amount: need, bytes };
  await parts.database.transaction(async (tx) => {
    if (before !== null) await deleteOpenAsk(tx, before.ask);
    await insertOpenAsk(tx, question, open);
  });
  return { ask, open };
}

function readAsk(bytes: SignedBytes): HubAsk | null {
  const signed = openObject("saku.hub-ask.v1", bytes);
  const parsed = signed.ok ? parseHubAsk(signed.value.payload) : signed;
  return parsed.ok ? parsed.value : null;
}

/** The hub's answer to this very question, or null: what another signed or what answers another question is nothing. */
async function exchange(
  parts: HubLineParts,
  hub: Target,
  { ask, open }: Waiting,
): Promise<HubAnswer | null> {
  const bytes = await parts.post(hub.url, open.bytes);
  if (bytes === null || bytes.length > HUB_ANSWER_SIZE_MAX) return null;
  const key = (await parts.rosterKeys(parts.database.read)).get(hub.device);
  const signed = verifyObject(
    "saku.hub-answer.v1",
    bytes as SignedBytes,
    (kid) => (kid === hub.device ? key : undefined),
    parts.verify,
  );
  const parsed = signed.ok ? parseHubAnswer(signed.value.payload) : signed;
  if (!parsed.ok) return null;
  const answer = parsed.value;
  const isMine =
    answer.hub === hub.device &&
    answer.device === ask.device &&
    answer.ask === ask.ask &&
    answer.school === ask.school;
  return isMine ? answer : null;
}

async function settle(
  parts: HubLineParts,
  waiting: Waiting,
  answer: HubAnswer | null,
): Promise<HubOutcome> {
  if (answer === null) return { kind: "no-answer" };
  if (answer.outcome === "refused") {
    await parts.database.transaction((tx) => deleteOpenAsk(tx, waiting.ask.ask));
    return { kind: "refused", reason: answer.reason };
  }
  const grant = answer.grant as SignedBytes;
  const lease = await grantedLease(parts, waiting, grant);
  if (lease === null) return { kind: "no-answer" };
  await accept(parts, waiting.ask, lease, grant);
  return { kind: "granted" };
}

async function grantedLease(
  parts: HubLineParts,
  { ask, open }: Waiting,
  grant: SignedBytes,
): Promise<LeaseGrant | null> {
  const keys = await parts.rosterKeys(parts.database.read);
  const signed = verifyObject("saku.event.v1", grant, (kid) => keys.get(kid), parts.verify);
  if (!signed.ok || signed.value.kid !== ask.hub) return null;
  const event = parseEvent(signed.value.payload);
  const asked = openObject("saku.hub-ask.v1", open.bytes);
  const { payload } = must(asked.ok ? asked.value : null, "A question of our own cannot be read");
  return event.ok ? leaseOfGrant(ask, subLeaseId(payload), event.value) : null;
}

/** The lease, the event that says so and the end of the question are one transaction (H6). */
async function accept(
  parts: HubLineParts,
  ask: HubAsk,
  lease: LeaseGrant,
  grant: SignedBytes,
): Promise<void> {
  await parts.journal.commit(async (tx, append) => {
    await deleteOpenAsk(tx, ask.ask);
    if ((await readLease(tx, lease.lease)) !== null) return;
    await insertLease(tx, acceptLease(lease));
    await append({ type: "grant-accept", lease: lease.lease, amount: lease.amount, grant });
  });
}
