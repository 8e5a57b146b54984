import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { commandSchema } from "./commands/command.ts";
import { decisionSchema } from "./decisions/decision.ts";
import { eventSchema } from "./events/event.ts";
import { ackSchema, downSchema } from "./frames/down.ts";
import { upSchema } from "./frames/up.ts";
import { hubAnswerSchema } from "./hub/hub-answer.ts";
import { hubAskSchema } from "./hub/hub-ask.ts";
import { PROTOCOL_VERSION, PROTOCOL_VERSION_FLOOR } from "./protocol-version.ts";
import { claimSchema } from "./roster/claim.ts";
import { rosterSchema } from "./roster/roster.ts";
import { vaultItemSchema } from "./roster/vault-item.ts";
import { readVectors } from "./vectors.suite.ts";

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  event: eventSchema,
  command: commandSchema,
  up: upSchema,
  down: downSchema,
  ack: ackSchema,
  roster: rosterSchema,
  claim: claimSchema,
  vaultItem: vaultItemSchema,
  hubAsk: hubAskSchema,
  hubAnswer: hubAnswerSchema,
  decision: decisionSchema,
};
const OWN = "protocol-version.json";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const fileHash = (path: string): string =>
  hash(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));

function hashes(): { schemas: string; grammar: string; vectors: Record<string, string> } {
  const files = readdirSync(new URL("../vectors/", import.meta.url))
    .filter((name) => name.endsWith(".json") && name !== OWN)
    .toSorted();
  // Custom checks (byte lengths, sums) have no JSON Schema; the vectors hold those still.
  const schemas = Object.entries(SCHEMAS).map(([name, schema]) => [
    name,
    z.toJSONSchema(schema, { unrepresentable: "any" }),
  ]);
  // Comments may be improved; what the grammar says may not.
  const grammar = readFileSync(new URL("../schema.cddl", import.meta.url), "utf8")
    .replace(/;[^\n]*/g, "")
    .replace(/\s+/g, " ");
  return {
    schemas: hash(JSON.stringify(schemas)),
    grammar: hash(grammar),
    vectors: Object.fromEntries(files.map((name) => [name, fileHash(`vectors/${name}`)])),
  };
}

const recorded =
  readVectors<Readonly<Record<string, ReturnType<typeof hashes>>>>("protocol-version");

describe("the protocol version", () => {
  it("[P45] belongs to exactly these schemas and this grammar", () => {
    const { schemas, grammar } = hashes();
    const known = recorded[String(PROTOCOL_VERSION)];
    expect(
      { schemas, grammar },
      [
        "A message changed shape. Terminals in the field speak the old one until they are updated, so:",
        "1. raise PROTOCOL_VERSION and say in its comment what changed;",
        "2. raise PROTOCOL_VERSION_FLOOR only when no terminal speaks the old version any more;",
        `3. add the new hashes under the new number in vectors/${OWN}: ${JSON.stringify(hashes())}`,
        "Before the first release (0.x) a decision record may replace the hashes of version 1 instead.",
      ].join("\n"),
    ).toEqual({ schemas: known?.schemas, grammar: known?.grammar });
  });
  it("[P46] has golden vectors that nobody rewrote", () => {
    expect(
      hashes().vectors,
      `A vector file changed. New vectors may be added; note its hash in vectors/${OWN} and say why in the commit.`,
    ).toEqual(recorded[String(PROTOCOL_VERSION)]?.vectors);
  });
  it("[P45] is not below its floor, and both are recorded", () => {
    expect(PROTOCOL_VERSION_FLOOR).toBeGreaterThanOrEqual(1);
    expect(PROTOCOL_VERSION_FLOOR).toBeLessThanOrEqual(PROTOCOL_VERSION);
    for (let version = PROTOCOL_VERSION_FLOOR; version <= PROTOCOL_VERSION; version++)
      expect(Object.keys(recorded)).toContain(String(version));
  });
});
