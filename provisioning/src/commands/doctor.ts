import { checkAll, worstMark } from "../checks/checks.ts";
import { readFacts } from "../checks/facts.ts";
import type { Verdict } from "../checks/verdict.ts";
import { text, type Text } from "../language.ts";
import { EXIT_ATTENTION, EXIT_FAILED, EXIT_OK } from "../outcome.ts";
import type { Context } from "./context.ts";

const EXIT_OF = { ok: EXIT_OK, attention: EXIT_ATTENTION, broken: EXIT_FAILED } as const;

const RUNBOOK = text(
  "Setiap kode dijelaskan di docs/runbooks/terminal.md",
  "Every code is explained in docs/runbooks/terminal.md",
);

function summary(verdicts: readonly Verdict[]): Text {
  const count = (mark: Verdict["mark"]): number =>
    verdicts.filter((each) => each.mark === mark).length;
  const [broken, attention] = [count("broken"), count("attention")];
  if (broken > 0)
    return text(
      `${broken} harus diperbaiki${attention > 0 ? `, ${attention} perlu dilihat` : ""}. Kode keluar 1.`,
      `${broken} to repair${attention > 0 ? `, ${attention} to look at` : ""}. Exit code 1.`,
    );
  if (attention > 0)
    return text(
      `Bisa dipakai; ${attention} perlu dilihat. Kode keluar 2.`,
      `Works; ${attention} to look at. Exit code 2.`,
    );
  return text("Semua baik.", "All is well.");
}

/** `saku doctor`: what the terminal says of itself, judged. 0 = well, 2 = works but look, 1 = broken. */
export async function runDoctor(
  options: { readonly terminal: URL },
  context: Context,
): Promise<number> {
  const { screen } = context;
  const facts = readFacts(await context.terminalAt(options.terminal).health());
  const verdicts = checkAll(facts, context.nowMs());
  for (const { mark, name, found, todo, code } of verdicts) {
    const fix = todo === null ? "" : `\n${" ".repeat(21)}→ ${screen.say(todo)} [${code}]`;
    screen.line(mark, name, `${screen.say(found)}${fix}`);
  }
  screen.note(summary(verdicts));
  if (worstMark(verdicts) !== "ok") screen.note(RUNBOOK);
  const exitCode = EXIT_OF[worstMark(verdicts)];
  screen.data({ exitCode, verdicts });
  return exitCode;
}
