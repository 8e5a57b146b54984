import { text, type Text } from "../language.ts";

export type VerdictMark = "ok" | "attention" | "broken" | "unknown";

/** One line of `doctor`: what was looked at, what was found, and what a technician does about it. */
export type Verdict = {
  /** Stable: the runbook explains it under this code. */
  readonly code: string;
  readonly mark: VerdictMark;
  readonly name: Text;
  readonly found: Text;
  readonly todo: Text | null;
};

export type Finding = {
  readonly mark: VerdictMark;
  readonly found: Text;
  readonly todo?: Text;
};

export function fine(id: string, en: string = id): Finding {
  return { mark: "ok", found: text(id, en) };
}

export function attention(found: Text, todo: Text): Finding {
  return { mark: "attention", found, todo };
}

export function broken(found: Text, todo: Text): Finding {
  return { mark: "broken", found, todo };
}

export const UNKNOWN: Finding = {
  mark: "unknown",
  found: text(
    "tidak diketahui (terminal tidak menyebutnya)",
    "unknown (the terminal does not say)",
  ),
};

export function verdict(code: string, name: Text, finding: Finding): Verdict {
  return { code, mark: finding.mark, name, found: finding.found, todo: finding.todo ?? null };
}
