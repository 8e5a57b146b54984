import type { CloudClient } from "../shell/cloud-client.ts";
import type { TerminalClient } from "../shell/terminal-client.ts";
import type { Prompts } from "../prompts.ts";
import type { Screen } from "../screen.ts";

/** What every command works with; tests give their own. */
export type Context = {
  readonly screen: Screen;
  readonly prompts: Prompts;
  readonly cloudAt: (url: URL) => CloudClient;
  readonly terminalAt: (url: URL) => TerminalClient;
  /** Work factor of a new keyring; absent = the safe one. */
  readonly keyringCostLog2?: number | undefined;
  readonly nowMs: () => number;
  readonly pause: (delayMs: number) => Promise<void>;
};
