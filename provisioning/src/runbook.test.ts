import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SOURCE = fileURLToPath(new URL(".", import.meta.url));
const RUNBOOK = fileURLToPath(new URL("../../docs/runbooks/terminal.md", import.meta.url));

/** Every code that a technician can be shown: of checks (D), and of commands that end early. */
function codesOfSource(): ReadonlySet<string> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" });
  const sources = files.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const all = sources.map((name) => readFileSync(join(SOURCE, name), "utf8")).join("\n");
  return new Set(Array.from(all.matchAll(/"([CDFHKRS]\d{2})"/g), (match) => match[1] ?? ""));
}

test("the runbook explains every code that saku can show, and no other", () => {
  const text = readFileSync(RUNBOOK, "utf8");
  const explained = new Set(Array.from(text.matchAll(/\b[CDFHKRS]\d{2}\b/g), (match) => match[0]));
  expect([...explained].toSorted()).toEqual([...codesOfSource()].toSorted());
});
