import { incarnation, type Incarnation } from "@saku/protocol";
import { expect, it } from "vitest";
import { noteIncarnation } from "./connections.ts";

it("[B5] a connection remembers no more incarnations than an acknowledgement can name", () => {
  const incs = new Set<Incarnation>();
  const inc = (n: number) => incarnation(n.toString(16).padStart(16, "0"));
  for (let n = 0; n < 300; n++) noteIncarnation({ incs }, inc(n));
  noteIncarnation({ incs }, inc(44));
  expect([incs.size, incs.has(inc(43)), incs.has(inc(44)), incs.has(inc(299))]).toEqual([
    256,
    false,
    true,
    true,
  ]);
});
