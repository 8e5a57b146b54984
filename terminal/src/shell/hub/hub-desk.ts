import {
  encodeHubAnswer,
  HUB_ASK_SIZE_MAX,
  objectId,
  parseHubAsk,
  rupiah,
  signObject,
  subLeaseId,
  verifyObject,
  type HubAnswer,
  type HubAsk,
  type LeaseId,
  type SchoolId,
  type SignedBytes,
  type Verify,
} from "@saku/protocol";
import { decideSubGrant, type SubGrantFacts } from "../../core/hub/sub-grant.ts";
import { spendLease } from "../../core/wallet/lease.ts";
import { faultReported, hubAnswered, hubAskRefused } from "../../events.ts";
import type { Clock } from "../clock/clock.ts";
import type { DeviceKeys } from "../keys/device-keys.ts";
import type { Log } from "../log/log.ts";
import { rollDay } from "../sale-desk/day-roll.ts";
import { insertSubGrant, readHub, readSubGrant, subGrantedTo } from "../store/hub-store.ts";
import { readHead } from "../store/journal-store.ts";
import type { Append, Journal } from "../store/journal.ts";
import { readLimits, soldOn } from "../store/limit-store.ts";
import { activeLeases, readLease, updateLease } from "../store/money-store.ts";
import { readStall, readStudent } from "../store/register-store.ts";
import type { Database, Sql, WritableSql } from "../store/sqlite.ts";
import type { RosterKeys } from "./roster-keys.ts";

export type HubDeskParts = {
  readonly school: SchoolId;
  readonly database: Pick<Database, "read">;
  readonly keys: Pick<DeviceKeys, "device" | "sign">;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly verify: Verify;
  readonly rosterKeys: (sql: Sql) => Promise<RosterKeys>;
  readonly log: Log;
};

/** What goes back to the stall: a signed answer, or only a number for somebody who is no stall of this school. */
export type HubReply =
  | { readonly status: 200; readonly body: SignedBytes }
  | { readonly status: 400 | 401 | 429 | 503; readonly body: null };

type Asked = { readonly ask: HubAsk; readonly askHash: Uint8Array; readonly lease: LeaseId };

/** A question counts only if a terminal of the school's roster signed it, for this school and about itself (H5). */
async function opened(parts: HubDeskParts, bytes: Uint8Array): Promise<Asked | 400 | 401> {
  if (bytes.length > HUB_ASK_SIZE_MAX) return 400;
  const keys = await parts.rosterKeys(parts.database.read);
  const signed = verifyObject(
    "saku.hub-ask.v1",
    bytes as SignedBytes,
    (kid) => keys.get(kid),
    parts.verify,
  );
  if (!signed.ok) return signed.error.kind === "parse-error" ? 400 : 401;
  const { kid, payload } = signed.value;
  const parsed = parseHubAsk(payload);
  if (!parsed.ok) return 400;
  const ask = parsed.value;
  if (ask.device !== kid || ask.school !== parts.school) return 401;
  return { ask, askHash: objectId("saku.hub-ask.v1", payload), lease: subLeaseId(payload) };
}

async function factsOf(tx: Sql, parts: HubDeskParts, { ask }: Asked): Promise<SubGrantFacts> {
  const head = await readHead(tx);
  const hub = await readHub(tx);
  const today = head.day ?? ask.day;
  const isOwnStall = (await readStall(tx))?.merchant === ask.merchant;
  const own = isOwnStall ? await soldOn(tx, ask.student, today) : 0;
  const given = await subGrantedTo(tx, { ...ask, day: today });
  return {
    isHub: hub?.device === parts.keys.device && ask.hub === parts.keys.device,
    today,
    student: await readStudent(tx, ask.student),
    leases: await activeLeases(tx, ask.student),
    limits: await readLimits(tx, ask.student, ask.merchant),
    stallUsed: rupiah(own + given),
    before: await readSubGrant(tx, ask.device, ask.ask),
  };
}

type Verdict =
  | { readonly outcome: "granted"; readonly grant: Uint8Array }
  | Extract<HubAnswer, { outcome: "refused" }>["reason"];

async function decide(
  tx: WritableSql,
  append: Append,
  parts: HubDeskParts,
  asked: Asked,
): Promise<Verdict> {
  const { ask, askHash, lease } = asked;
  const decision = decideSubGrant(await factsOf(tx, parts, asked), { ...ask, askHash });
  if (decision.kind === "repeat") return { outcome: "granted", grant: decision.grant };
  if (decision.kind === "refuse") return decision.reason;
  const { student, purse, amount, day } = ask;
  const { bytes } = await append({
    type: "sub-grant",
    lease,
    to: ask.device,
    ask: ask.ask,
    student,
    purse,
    amount,
    spends: decision.spends,
  });
  for (const spend of decision.spends) {
    const own = await readLease(tx, spend.lease);
    if (own !== null) await updateLease(tx, spendLease(own, spend.amount));
  }
  const { device, merchant } = ask;
  await insertSubGrant(tx, {
    device,
    ask: ask.ask,
    askHash,
    lease,
    student,
    merchant,
    day,
    amount,
    bytes,
  });
  return { outcome: "granted", grant: bytes };
}

/**
 * Answers one question of a stall. The sub-grant is signed into this terminal's own chain and on disk before the answer
 * leaves (H3).
 */
export async function answerHubAsk(parts: HubDeskParts, bytes: Uint8Array): Promise<HubReply> {
  const asked = await opened(parts, bytes);
  if (typeof asked === "number") {
    hubAskRefused(parts.log, { status: asked });
    return { status: asked, body: null };
  }
  try {
    await rollDay(parts.journal, parts.clock);
    const verdict = await parts.journal.commit((tx, append) => decide(tx, append, parts, asked));
    return { status: 200, body: signed(parts, asked.ask, verdict) };
  } catch (error) {
    // A disk that refuses: nothing was promised, and nothing is.
    faultReported(parts.log, error);
    return { status: 503, body: null };
  }
}

function signed(parts: HubDeskParts, ask: HubAsk, verdict: Verdict): SignedBytes {
  const { school, keys, log } = parts;
  const head = { v: 1, school, hub: keys.device, device: ask.device, ask: ask.ask } as const;
  const answer: HubAnswer =
    typeof verdict === "string"
      ? { ...head, outcome: "refused", reason: verdict }
      : { ...head, ...verdict };
  hubAnswered(log, { to: ask.device, outcome: typeof verdict === "string" ? verdict : "granted" });
  return signObject("saku.hub-answer.v1", keys.device, encodeHubAnswer(answer), keys.sign);
}
