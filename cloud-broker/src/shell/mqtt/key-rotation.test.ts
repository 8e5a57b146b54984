import { afterEach, describe, expect, it } from "vitest";
import {
  must,
  openObject,
  signObject,
  utf8,
  type EventBody,
  type SignedBytes,
} from "@saku/protocol";
import { nodeSigningKey } from "../keys/ed25519.ts";
import type { PaperTerminal } from "../paper-school.suite.ts";
import { failedChecks } from "../store/checks.ts";
import { helloOf, paperCloud, paperLink, type PaperCloud } from "./paper-link.suite.ts";

let paper: PaperCloud;
afterEach(async () => {
  const failed = await failedChecks(paper.school.store.read);
  await paper.close();
  if (failed.length > 0) throw new Error(failed.join("; "));
});

const term = (): PaperTerminal => must(paper.school.terminals[0], "a terminal");
const NEXT = nodeSigningKey(new Uint8Array(32).fill(5));
const boot = { type: "boot", software: "paper", reason: "restart" } as const;

/** The same event, signed by the next key. */
function byNext(bytes: SignedBytes): SignedBytes {
  const opened = openObject("saku.event.v1", bytes);
  const { payload } = must(opened.ok ? opened.value : null, "an event");
  return signObject("saku.event.v1", term().device, payload, NEXT.sign);
}
const rotation = (signer = NEXT): EventBody => ({
  type: "key-rotate",
  signKey: NEXT.publicKey,
  proof: signer.sign(utf8(term().device)),
});
const frame = (from: number, ...events: readonly SignedBytes[]) =>
  ({ t: "events", inc: term().inc, from, events }) as const;
const refused = async (terminal: PaperTerminal): Promise<boolean> =>
  paperLink(paper, terminal).then(
    () => false,
    () => true,
  );

describe("a terminal that rotated its key", () => {
  it("[K1] [K2] goes on with the new one, and what began under the old one is still taken", async () => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const link = await paperLink(paper, term());
    await link.send(helloOf(term()));
    await link.ack();
    const first = { inc: term().inc, bytes: term().write(boot).bytes };
    await link.send(frame(1, first.bytes, term().write(rotation()).bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 2 });
    const end = term().write({ type: "end", reason: "key-rotated" });
    await link.send(frame(3, end.bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ inc: first.inc, ack: 3 });
    term().restart();
    const next = term().write(boot);
    await link.send(frame(1, next.bytes));
    expect(await link.next("error")).toMatchObject({ reason: "bad-signature" });
    await link.ack();
    await link.send(frame(1, byNext(next.bytes)));
    expect((await link.ack()).incs[0]).toMatchObject({ inc: term().inc, ack: 1 });
    await link.close();
    expect(await refused(term())).toBe(true);
    expect(await refused({ ...term(), key: NEXT })).toBe(false);
  });

  it("[K1] must show that it holds the new key", async () => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const link = await paperLink(paper, term());
    await link.send(frame(1, term().write(rotation(term().key)).bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 1 });
    await link.close();
    expect(await refused({ ...term(), key: NEXT })).toBe(true);
    expect(await refused(term())).toBe(false);
  });
});
