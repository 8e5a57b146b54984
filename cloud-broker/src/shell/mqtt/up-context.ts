import type { SchoolId } from "@saku/protocol";
import type { CloudEvents } from "../../events.ts";
import { grantSchool } from "../jobs/morning-grant.ts";
import type { Metrics } from "../log/metrics.ts";
import type { Cloud } from "../office/cloud.ts";
import type { Connections } from "./connections.ts";

/** What the desks for terminals' frames work with. */
export type UpContext = {
  readonly cloud: Cloud;
  readonly connections: Connections;
  readonly metrics: Metrics;
  readonly events: CloudEvents;
  /** Children for whom a terminal waits: what comes back is first of all for it. */
  readonly awaited: Awaited;
};

/** Counts the open questions about a child. */
export type Awaited = {
  add(student: string): void;
  remove(student: string): void;
  has(student: string): boolean;
};

export function createAwaited(): Awaited {
  const counts = new Map<string, number>();
  return {
    add: (student) => void counts.set(student, (counts.get(student) ?? 0) + 1),
    remove: (student) => {
      const left = (counts.get(student) ?? 0) - 1;
      if (left > 0) counts.set(student, left);
      else counts.delete(student);
    },
    has: (student) => counts.has(student),
  };
}

/** The last terminal has spoken: the day's money goes out, as in the morning [BK8]. */
export function spreadAfterWait({ cloud, events }: UpContext, school: SchoolId): void {
  void grantSchool(cloud, school).catch((error: unknown) =>
    events.failed({ where: "spread-after-wait", error }),
  );
}
