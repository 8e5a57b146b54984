import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  signCheckpoint,
  signingKeyFromSeed,
  treeHash,
  utf8,
  type CommandBody,
} from "@saku/protocol";
import { CLOUD, openTestTerminal, SCHOOL, type TestTerminal } from "../sale-desk/desk.suite.ts";
import { readMeta } from "../store/meta.ts";
import { rememberedLog } from "./checkpoint-desk.ts";

let terminal: TestTerminal;
beforeEach(async () => {
  terminal = await openTestTerminal();
});
afterEach(async () => {
  await terminal.close();
});

const root = (fill: number) => treeHash(new Uint8Array(32).fill(fill));
const note = (term: number, size: number, fill = size, key = CLOUD): string =>
  signCheckpoint({ school: SCHOOL, term, size, root: root(fill) }, key);
const command = (text: string): CommandBody => ({ kind: "checkpoint", note: utf8(text) });
const known = () => rememberedLog(terminal.database.read);

describe("a checkpoint command", () => {
  it("[M21] is kept with its signature when the cloud signed it, and told in hello", async () => {
    expect(await known()).toBeNull();
    await terminal.command(command(note(1, 5)), command(note(1, 9)));
    expect(await known()).toEqual({ term: 1, size: 9, root: root(9) });
    expect(await readMeta(terminal.database.read, "checkpoint")).toBe(note(1, 9));
    await terminal.command(command(note(2, 4)));
    expect(await known()).toEqual({ term: 2, size: 4, root: root(4) });
  });

  it("[M21] changes nothing when it is forged, garbled, older or of another school", async () => {
    await terminal.command(command(note(1, 9)));
    const stranger = signingKeyFromSeed(new Uint8Array(32).fill(3));
    await terminal.command(
      command(note(1, 20, 20, stranger)),
      command(note(1, 8)),
      command(note(1, 20).replace("20\n", "21\n")),
      command("\u2014"),
      { kind: "checkpoint", note: Uint8Array.of(0xff, 0xfe) },
    );
    expect(await known()).toEqual({ term: 1, size: 9, root: root(9) });
    expect(await readMeta(terminal.database.read, "checkpoint-contradiction")).toBeNull();
  });

  it("[M21] that shows another ledger of the same size is refused and kept as evidence", async () => {
    await terminal.command(command(note(1, 9)));
    await terminal.command(command(note(1, 9, 77)));
    expect(await known()).toEqual({ term: 1, size: 9, root: root(9) });
    const evidence = await readMeta(terminal.database.read, "checkpoint-contradiction");
    expect(evidence).toBe(note(1, 9, 77));
  });
});
