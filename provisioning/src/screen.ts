import type { Language, Text } from "./language.ts";

export type Mark = "ok" | "attention" | "broken" | "unknown" | "step";

const SIGNS: Readonly<Record<Mark, string>> = {
  ok: "✓",
  attention: "!",
  broken: "✗",
  unknown: "?",
  step: "·",
};
const COLOURS: Readonly<Record<Mark, string>> = {
  ok: "32",
  attention: "33",
  broken: "31",
  unknown: "2",
  step: "2",
};

/** Talk goes to stderr, data to stdout, so that `--json` can be piped. */
export interface Screen {
  readonly language: Language;
  say(text: Text): string;
  line(mark: Mark, name: Text, detail: string): void;
  note(text: Text): void;
  /** The one result of the command for machines. */
  data(value: unknown): void;
}

export type ScreenOptions = {
  readonly language: Language;
  readonly isJson: boolean;
  readonly hasColour: boolean;
  readonly talk: (line: string) => void;
  readonly print: (line: string) => void;
};

const NAME_WIDTH = 17;

export function createScreen(options: ScreenOptions): Screen {
  const { language, isJson } = options;
  const paint = (mark: Mark): string =>
    options.hasColour ? `\u001b[${COLOURS[mark]}m${SIGNS[mark]}\u001b[0m` : SIGNS[mark];
  return {
    language,
    say: (text) => text[language],
    line: (mark, name, detail) => {
      if (!isJson) options.talk(` ${paint(mark)} ${name[language].padEnd(NAME_WIDTH)} ${detail}`);
    },
    note: (text) => {
      if (!isJson) options.talk(text[language]);
    },
    data: (value) => {
      if (isJson) options.print(JSON.stringify(value, null, 2));
    },
  };
}
