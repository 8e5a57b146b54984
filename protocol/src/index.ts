// The one door of the room: what is not named here is nobody else's business.
export type { Brand } from "./primitives/brand.ts";
export * from "./primitives/result.ts";
export { assert, AssertionError, must, unreachable } from "./primitives/assert.ts";
export * from "./primitives/bytes.ts";
export * from "./primitives/rupiah.ts";
export * from "./primitives/ids.ts";
export { isLabel } from "./primitives/label.ts";
export * from "./primitives/time.ts";
export * from "./primitives/school-day.ts";
export type { Cancel, Entropy, Timers } from "./primitives/timers.ts";
export * from "./encoding/cbor.ts";
export type { SignedKind } from "./signing/kinds.ts";
export * from "./signing/keys.ts";
export * from "./signing/cose.ts";
export { encodeEvent, eventId, parseEvent } from "./events/event.ts";
export type { EventHeader, SakuEvent } from "./events/event.ts";
export type {
  EventBody,
  EventType,
  OperatorRole,
  Purse,
  RefundReason,
  ReturnReason,
  SaleMethod,
  Spend,
  VoidReason,
} from "./events/event-body.ts";
export { encodeCommand, parseCommand } from "./commands/command.ts";
export type { Command, CommandBody, CommandKind, HubPlace } from "./commands/command.ts";
export {
  encodeUpFrame,
  EVENT_BYTES_PER_FRAME_MAX,
  EVENTS_PER_FRAME_MAX,
  FRAME_SIZE_MAX,
  parseUpFrame,
} from "./frames/up.ts";
export type { OutboxRange, RememberedLog, UpFrame } from "./frames/up.ts";
export { encodeAck, encodeDownFrame, parseAck, parseDownFrame } from "./frames/down.ts";
export type { Ack, AskRefusal, DownFrame, ErrorKind, Watermark } from "./frames/down.ts";
export * from "./frames/topics.ts";
export * from "./frames/auth.ts";
export type { VaultItem } from "./roster/vault-item.ts";
export { vaultItemAad } from "./roster/vault-item.ts";
export { encodeRoster, parseRoster } from "./roster/roster.ts";
export type { Roster, RosterDevice } from "./roster/roster.ts";
export { hardwarePhrase } from "./roster/hardware-phrase.ts";
export { deviceIdOfKey, encodeClaim, parseClaim } from "./roster/claim.ts";
export type { DeviceClaim } from "./roster/claim.ts";
export { encodeDecision, parseDecision } from "./decisions/decision.ts";
export type { Decision, DecisionKind } from "./decisions/decision.ts";
export { encodeHubAsk, HUB_ASK_SIZE_MAX, parseHubAsk, subLeaseId } from "./hub/hub-ask.ts";
export type { HubAsk } from "./hub/hub-ask.ts";
export { encodeHubAnswer, HUB_ANSWER_SIZE_MAX, parseHubAnswer } from "./hub/hub-answer.ts";
export type { HubAnswer, HubRefusal } from "./hub/hub-answer.ts";
export * from "./tlog/merkle.ts";
export * from "./tlog/note.ts";
export * from "./tlog/checkpoint.ts";
export * from "./tlog/proof.ts";
export { fromBase64, toBase64 } from "./tlog/base64.ts";
export { PROTOCOL_VERSION, PROTOCOL_VERSION_FLOOR } from "./protocol-version.ts";
