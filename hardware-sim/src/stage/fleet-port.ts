import type { SimulatedModule } from "../sensor-module.ts";
import type { World } from "../world.ts";

/** The ten fingers, named as the terminals name them. */
export const fingerPositions = [
  "left-little",
  "left-ring",
  "left-middle",
  "left-index",
  "left-thumb",
  "right-thumb",
  "right-index",
  "right-middle",
  "right-ring",
  "right-little",
] as const;
export type FingerPosition = (typeof fingerPositions)[number];

/** A child of the demo school. */
export type StageChild = {
  readonly id: string;
  readonly firstName: string;
  readonly className: string;
  /** Which finger of the world is at which place of the child's hands. */
  readonly fingers: Readonly<Record<FingerPosition, string>>;
  readonly enrolled: readonly FingerPosition[];
  /** What the child types at the counter when no finger is read. Made up, so the stage may show it. */
  readonly byPin: { readonly number: string; readonly pin: string };
  /** The page that this child's guardian has open, for example a sign-in link of the demo; null = nobody follows. */
  readonly parentUrl: string | null;
};

/** A real process that can be killed with SIGKILL and started again. */
export interface StageProcess {
  readonly isRunning: boolean;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface StageTerminal {
  readonly name: string;
  /** The terminal's own origin, for example `http://127.0.0.1:4121`. */
  readonly counterUrl: string;
  readonly module: SimulatedModule;
  readonly process: StageProcess;
  /** Types an amount and presses Tagih, unless the till waits for a finger already or is in the middle of something. */
  charge(amountRupiah: number): Promise<ChargeAnswer>;
}

export type ChargeAnswer = "finger-awaited" | "till-busy" | "till-away";

/** A sale has reached a guardian's page, which names it as a parent knows it: who, how much, when. */
export type ParentNews = {
  readonly student: string;
  readonly amountRupiah: number;
  readonly soldAtUnixMs: number;
  readonly seenAtUnixMs: number;
};

/** Everything that the stage shows and switches; implemented by the fleet. */
export interface StageFleet {
  readonly world: World;
  readonly children: readonly StageChild[];
  /** Fingers that belong to nobody at this school. */
  readonly strangerFingerIds: readonly string[];
  readonly terminals: readonly StageTerminal[];
  readonly cloud: StageProcess;
  /** Pages for a new tab: the school's office, for example. */
  readonly links: readonly {
    readonly label: string;
    readonly labelEn: string;
    readonly url: string;
  }[];
  readonly isInternetUp: boolean;
  cutInternet(isCut: boolean): void;
  /** Tells when something changed that the stage did not do itself (a process died, a cable came out). */
  onChange(listener: () => void): () => void;
  /** Optional: lets the timeline end at the phone. */
  onParentNews?(listener: (news: ParentNews) => void): () => void;
}
