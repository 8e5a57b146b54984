import type { Selectable } from "kysely";
import type { Lease } from "../../core/leases/lease.ts";
import type { Tables } from "./tables.ts";

export function leaseOfRow(row: Selectable<Tables["lease"]>): Lease {
  return {
    lease: row.id,
    device: row.device,
    student: row.student,
    purse: row.purse,
    day: row.day,
    amount: row.amount,
    spent: row.spent,
    returned: row.returned,
    passed: row.passed,
    writtenOff: row.written_off,
    late: row.late,
    state: row.state,
    origin:
      row.origin_hub === null || row.origin_event === null
        ? null
        : { hub: row.origin_hub, event: row.origin_event },
  };
}
