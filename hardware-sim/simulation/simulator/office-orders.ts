import { must } from "@saku/protocol";
import type { Order } from "@saku/cloud-broker/shell/http/office";
import { ADMINS, SCHOOL } from "./school.ts";
import type { SchoolRun } from "./seed-run.ts";
import type { Till } from "./till.ts";

/** The next order of the school's first admin. */
export function adminOrder(run: SchoolRun): Order {
  run.orderCount += 1;
  return {
    actor: { person: must(ADMINS[0] ?? null, "An admin"), role: "school-admin" },
    idempotencyKey: `key-${run.orderCount}`,
  };
}

/** The school names the terminal that lends for all; null = none. */
export async function nameHub(run: SchoolRun, till: Till | null): Promise<void> {
  const { parts } = run.cloud;
  if (!run.cloud.isUp || parts === null) return;
  run.story.tell(`school: ${till?.name ?? "nobody"} is the hub`);
  await parts.office.writing.setHub(adminOrder(run), SCHOOL, till?.keys.device ?? null);
}
