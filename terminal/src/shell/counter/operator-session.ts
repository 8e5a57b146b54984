import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  isLockedOut,
  recordRight,
  recordWrong,
  type LockoutRule,
  type Lockouts,
} from "../../core/checkout/lockout.ts";
import type { CounterOperator } from "./ports.ts";

export type Opened =
  | { readonly kind: "open"; readonly token: string }
  | { readonly kind: "wrong" }
  | { readonly kind: "locked" };

/** One person at a time holds the operator's session; a newer right code takes it over. */
export interface OperatorSession {
  /** `locked`: too many wrong codes, the code has to rest. */
  open(code: string): Promise<Opened>;
  /** Checks a code without opening anything (voids). */
  check(code: string): Promise<boolean | "locked">;
  /** True for the open session's token; keeps it open for another while. */
  touch(token: string | undefined): boolean;
  close(): void;
}

/** Five wrong codes rest the code for a minute: a four-digit code stays safe for a school year of recesses. */
const CODE_RULE: LockoutRule = { wrongMax: 5, coolDownMs: 60_000 };
const IDLE_MS = 10 * 60_000;
const WHO = "operator";

export function createOperatorSession(parts: {
  readonly operator: CounterOperator;
  readonly nowMs: () => number;
  readonly onEnd: () => void;
}): OperatorSession {
  let lockouts: Lockouts = new Map();
  let token: string | null = null;
  let idle: NodeJS.Timeout | null = null;

  function end(): void {
    if (idle !== null) clearTimeout(idle);
    idle = null;
    if (token === null) return;
    token = null;
    parts.onEnd();
  }

  function keepOpen(): void {
    if (idle !== null) clearTimeout(idle);
    idle = setTimeout(end, IDLE_MS);
    idle.unref();
  }

  async function check(code: string): Promise<boolean | "locked"> {
    if (isLockedOut(lockouts, WHO, parts.nowMs())) return "locked";
    const isRight = await parts.operator.check(code);
    lockouts = isRight
      ? recordRight(lockouts, WHO)
      : recordWrong(lockouts, WHO, parts.nowMs(), CODE_RULE);
    return isRight;
  }

  return {
    check,
    open: async (code) => {
      const checked = await check(code);
      if (checked !== true) return { kind: checked === "locked" ? "locked" : "wrong" };
      token = randomBytes(24).toString("base64url");
      keepOpen();
      return { kind: "open", token };
    },
    touch: (given) => {
      if (token === null || given === undefined || given.length !== token.length) return false;
      if (!timingSafeEqual(Buffer.from(given), Buffer.from(token))) return false;
      keepOpen();
      return true;
    },
    close: end,
  };
}
