import { studentId } from "@saku/protocol";
import { expect, test } from "vitest";
import { createLog } from "../log/log.ts";
import { openMatcher } from "./wiring.ts";

/** A matcher's thread that ends when it is asked anything. */
const FRAGILE = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    parentPort.on("message", () => process.exit(3));`)}`,
);

test("a crash of the matcher's thread is logged with its sentence and counted", async () => {
  const lines: string[] = [];
  const log = createLog("info", { write: (line: string) => void lines.push(line) });
  const matcher = openMatcher(log, { workerUrl: FRAGILE, restartPauseMs: 0 });
  await expect(matcher.remove(studentId("stu-1"))).rejects.toMatchObject({ code: "crashed" });
  expect(lines.join()).toContain("matcher-crashed");
  expect(lines.join()).toContain("The match worker ended with code 3");
  expect(matcher.status().restartCount).toBe(1);
  await matcher.close();
});
