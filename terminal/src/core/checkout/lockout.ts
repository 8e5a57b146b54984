/** Wrong secrets per name, and until when each name has to wait. Names are opaque. */
export type Lockouts = ReadonlyMap<string, Lockout>;

export type Lockout = { readonly wrongCount: number; readonly untilMs: number };

export type LockoutRule = { readonly wrongMax: number; readonly coolDownMs: number };

/** Names remembered at once; the oldest is forgotten first, so that guessing cannot fill the memory. */
const NAME_COUNT_MAX = 2_000;

export function isLockedOut(lockouts: Lockouts, name: string, nowMs: number): boolean {
  return (lockouts.get(name)?.untilMs ?? 0) > nowMs;
}

/** The instant from which the name may try again; 0 when it may now. */
export function lockedUntilMs(lockouts: Lockouts, name: string, nowMs: number): number {
  return isLockedOut(lockouts, name, nowMs) ? (lockouts.get(name)?.untilMs ?? 0) : 0;
}

/** Tries left before the next cool-down, at least 1 for a name that is not locked out. */
export function triesLeft(lockouts: Lockouts, name: string, rule: LockoutRule): number {
  return rule.wrongMax - (lockouts.get(name)?.wrongCount ?? 0);
}

export function recordWrong(
  lockouts: Lockouts,
  name: string,
  nowMs: number,
  rule: LockoutRule,
): Lockouts {
  const wrongCount = (lockouts.get(name)?.wrongCount ?? 0) + 1;
  const next = new Map(lockouts);
  next.delete(name);
  const isFull = wrongCount >= rule.wrongMax;
  next.set(
    name,
    isFull ? { wrongCount: 0, untilMs: nowMs + rule.coolDownMs } : { wrongCount, untilMs: 0 },
  );
  const [oldest] = next.keys();
  if (next.size > NAME_COUNT_MAX && oldest !== undefined) next.delete(oldest);
  return next;
}

/** A right secret forgives the wrong ones before it. */
export function recordRight(lockouts: Lockouts, name: string): Lockouts {
  if (!lockouts.has(name)) return lockouts;
  const next = new Map(lockouts);
  next.delete(name);
  return next;
}
