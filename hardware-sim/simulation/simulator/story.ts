import { createHash, type Hash } from "node:crypto";

const KEPT_COUNT = 30;

/** What happened, in words: the last of it for a failure, all of it as one digest. */
export interface Story {
  tell(sentence: string): void;
  readonly last: readonly string[];
  readonly count: number;
  digest(): string;
}

function clockText(ms: number): string {
  const total = Math.floor(ms / 1000);
  const part = (value: number): string => String(value).padStart(2, "0");
  const day = Math.floor(total / 86_400) + 1;
  const seconds = `${part(Math.floor(total / 60) % 60)}:${part(total % 60)}`;
  return `day ${day} ${part(Math.floor(total / 3600) % 24)}:${seconds}.${String(Math.floor(ms) % 1000).padStart(3, "0")}`;
}

export function createStory(now: () => number, listen: (line: string) => void): Story {
  const hash: Hash = createHash("sha256");
  const last: string[] = [];
  let count = 0;
  return {
    tell(sentence) {
      const line = `${clockText(now())}  ${sentence}`;
      hash.update(line).update("\n");
      last.push(line);
      if (last.length > KEPT_COUNT) last.shift();
      count += 1;
      listen(line);
    },
    get last() {
      return last;
    },
    get count() {
      return count;
    },
    digest: () => hash.copy().digest("hex").slice(0, 16),
  };
}

/** A rule that did not hold: the seed has found something. */
export class BrokenRule extends Error {
  override readonly name = "BrokenRule";
  readonly rule: string;
  constructor(rule: string, sentence: string) {
    super(sentence);
    this.rule = rule;
  }
}
