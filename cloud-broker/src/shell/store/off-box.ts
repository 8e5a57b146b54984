import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { LedgerPlace } from "./store.ts";

/** The device a path lies on, or will lie on once its folders are made. */
function deviceOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? deviceOf(dirname(path)) : statSync(realpathSync(path)).dev;
}

const LOCAL = new Set(["", "localhost", "127.0.0.1", "[::1]"]);

function isElsewhere(place: LedgerPlace): boolean {
  return !("file" in place) && !LOCAL.has(new URL(place.url).hostname);
}

/**
 * Whether a copy in `directory` outlives the disk that the ledger is on [N9]. Looked at for every copy: when the mount of
 * another machine is gone, its empty mount point is the ledger's own disk again. Two partitions of one disk it cannot tell.
 */
export function isOffBox(
  directory: string,
  ledger: { readonly place: LedgerPlace; readonly cloudDirectory: string },
): boolean {
  if (isElsewhere(ledger.place)) return true;
  return deviceOf(directory) !== deviceOf(ledger.cloudDirectory);
}
