/**
 * Lets a few frames of events through at a time and the others wait: first come, first served among terminals, each of which
 * has at most one here; frames of today's business and of catching up take turns, so that neither starves [B3].
 */
export type Turnstile = {
  pass<T>(isLive: boolean, work: () => Promise<T>): Promise<T>;
  waitingCount(): number;
};

export function createTurnstile(slotCount: number): Turnstile {
  const live: (() => void)[] = [];
  const late: (() => void)[] = [];
  let free = slotCount;
  let wasLive = false;

  function next(): void {
    const first = wasLive ? late : live;
    const second = wasLive ? live : late;
    const enter = first.shift() ?? second.shift();
    if (enter === undefined) {
      free += 1;
      return;
    }
    enter();
  }

  function entered(isLive: boolean): Promise<void> {
    if (free > 0) {
      free -= 1;
      wasLive = isLive;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      (isLive ? live : late).push(() => {
        wasLive = isLive;
        resolve();
      });
    });
  }

  return {
    pass: async (isLive, work) => {
      await entered(isLive);
      try {
        return await work();
      } finally {
        next();
      }
    },
    waitingCount: () => live.length + late.length,
  };
}
