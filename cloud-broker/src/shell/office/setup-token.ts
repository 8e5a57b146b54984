import { rmSync } from "node:fs";
import { join } from "node:path";
import { loadOrMakeSecret } from "../keys/secret-file.ts";
import { hashToken, newToken } from "../store/random-ids.ts";
import type { Store } from "../store/store.ts";

/** The one-time token that founds the school; `hash` is null once there is one. */
export type SetupToken = { readonly file: string; readonly hash: string | null };

/** Written at the first start where only the owner of the machine can read it; gone when the school exists. */
export async function loadSetupToken(store: Store, directory: string): Promise<SetupToken> {
  const file = join(directory, "setup-token");
  const school = await store.read.selectFrom("school").select("id").executeTakeFirst();
  if (school !== undefined) {
    rmSync(file, { force: true });
    return { file, hash: null };
  }
  const token = loadOrMakeSecret(file, () => Buffer.from(newToken()));
  return { file, hash: hashToken(token.toString("utf8").trim()) };
}
