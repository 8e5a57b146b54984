import { readFile } from "node:fs/promises";
import { text, type Text } from "../language.ts";
import { CommandError, EXIT_USAGE } from "../outcome.ts";
import type { Prompts } from "../prompts.ts";

const SECRET_SIZE_MAX = 1024;

/** The first line of a file. Secrets never come as arguments: every user of the machine can read those. */
export async function readSecretFile(path: string): Promise<string> {
  const content = await readFile(path, "utf8").catch(() => null);
  const line = content?.split(/\r?\n/, 1)[0]?.trim() ?? "";
  if (content === null || content.length > SECRET_SIZE_MAX || line === "")
    throw new CommandError(
      "S03",
      text(
        `Berkas rahasia tidak terbaca atau kosong: ${path}`,
        `Secret file is unreadable or empty: ${path}`,
      ),
      { exitCode: EXIT_USAGE },
    );
  return line;
}

/** From the file when one is named, else asked for. */
export async function secretFrom(
  path: string | undefined,
  question: Text,
  prompts: Prompts,
): Promise<string> {
  return path === undefined ? (await prompts.secret(question)).trim() : readSecretFile(path);
}
