import { confirm, isCancel, password } from "@clack/prompts";
import { text, type Text } from "./language.ts";
import { CommandError, EXIT_USAGE } from "./outcome.ts";
import type { Screen } from "./screen.ts";

/** Questions to the person at the keyboard. Without one, every answer must come from a file or a flag. */
export interface Prompts {
  secret(question: Text): Promise<string>;
  confirm(question: Text): Promise<boolean>;
}

function cancelled(): CommandError {
  return new CommandError(
    "S02",
    text("Dibatalkan; belum ada yang diubah.", "Cancelled; nothing was changed."),
    {
      exitCode: EXIT_USAGE,
    },
  );
}

export function createPrompts(screen: Screen): Prompts {
  return {
    secret: async (question) => {
      const answer = await password({ message: screen.say(question) });
      if (isCancel(answer)) throw cancelled();
      return answer;
    },
    confirm: async (question) => {
      const answer = await confirm({ message: screen.say(question), initialValue: false });
      if (isCancel(answer)) throw cancelled();
      return answer;
    },
  };
}

/** For pipes and scripts: a question is an error that names the flag to use. */
export function createSilentPrompts(): Prompts {
  const refuse = (question: Text): never => {
    throw new CommandError(
      "S01",
      text(
        `Tidak ada terminal untuk bertanya: "${question.id}"`,
        `There is no terminal to ask on: "${question.en}"`,
      ),
      {
        todo: text(
          "Berikan jawabannya lewat berkas (lihat --help), atau --yes untuk setuju.",
          "Give the answer in a file (see --help), or --yes to agree.",
        ),
        exitCode: EXIT_USAGE,
      },
    );
  };
  return {
    secret: async (question) => refuse(question),
    confirm: async (question) => refuse(question),
  };
}
