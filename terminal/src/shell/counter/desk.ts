import type { StudentId } from "@saku/protocol";
import type { StallEntry } from "../../core/directory/directory.ts";
import { createJourneyLog, type JourneyLog } from "../journey/journey-log.ts";
import { createJourneyRecorder } from "../journey/journey-recorder.ts";
import { openEnrolmentDesk, type EnrolmentDesk } from "./enrolment-desk.ts";
import { enrolmentViewOf, type EnrolmentView } from "./enrolment-view.ts";
import { counterFailed, enrolmentClosed, enrolmentOpened, galleryLoaded } from "./events.ts";
import { createLiveText, type LiveText } from "./live.ts";
import { createOperatorSession, type OperatorSession } from "./operator-session.ts";
import type { CounterDeps } from "./ports.ts";
import { openTill, type Till } from "./till.ts";
import { findUnconfirmed } from "./till-answers.ts";
import { viewOf, type CounterView } from "./view.ts";

/** Both machines at one counter: they share the sensor, and only one of them has it at a time. */
export interface CounterDesk {
  readonly till: Till;
  readonly enrolment: EnrolmentDesk;
  readonly session: OperatorSession;
  readonly journeys: JourneyLog;
  readonly tillLive: LiveText;
  readonly enrolmentLive: LiveText;
  stall(): StallEntry | null;
  view(): CounterView;
  enrolmentView(): EnrolmentView;
  /** Gives the sensor to enrolment; false while a sale is under way. */
  openEnrolment(): boolean;
  close(): void;
}

/** The stall's name, cap and quick keys may change by command at any time. */
const STALL_REFRESH_MS = 5_000;

export function openDesk(deps: CounterDeps): CounterDesk {
  return new Desk(deps);
}

class Desk implements CounterDesk {
  readonly #deps: CounterDeps;
  readonly till: Till;
  readonly enrolment: EnrolmentDesk;
  readonly session: OperatorSession;
  readonly journeys: JourneyLog = createJourneyLog();
  readonly tillLive: LiveText = createLiveText(() => JSON.stringify(this.view()));
  readonly enrolmentLive: LiveText = createLiveText(() => JSON.stringify(this.enrolmentView()));
  readonly #stops: readonly (() => void)[];
  /** Gallery work in turn: a child who changes while everybody is loaded is read again after the load. */
  #galleryWork: Promise<void> = Promise.resolve();
  #rev = 0;
  #stall: StallEntry | null = null;
  #stallVersion = 0;
  #isLoaded = false;
  #isClosed = false;

  constructor(deps: CounterDeps) {
    this.#deps = deps;
    const recorder = createJourneyRecorder(this.journeys, {
      unixMs: deps.now,
      elapsedMs: () => performance.now(),
    });
    this.till = openTill(deps, recorder, () => this.#changed());
    this.enrolment = openEnrolmentDesk(deps, () => this.#changed());
    this.session = createOperatorSession({
      operator: deps.operator,
      nowMs: deps.now,
      onEnd: () => this.#closeEnrolment(),
    });
    this.#stops = this.#listen();
    void this.#start();
  }

  stall(): StallEntry | null {
    return this.#stall;
  }

  view(): CounterView {
    return viewOf({
      rev: this.#rev,
      state: this.till.state(),
      stall: this.#stall,
      stallVersion: this.#stallVersion,
      isLoaded: this.#isLoaded,
      link: this.#deps.link.status(),
      fingerCount: this.#deps.matcher.status().enrolledCount,
    });
  }

  enrolmentView(): EnrolmentView {
    return enrolmentViewOf(this.#rev, this.enrolment.state());
  }

  openEnrolment(): boolean {
    const isPaused = this.till.state().mode.kind === "paused";
    if (!isPaused && !this.till.send({ kind: "pause" })) return false;
    if (isPaused && this.enrolment.state().mode.kind !== "closed") return true;
    this.enrolment.send({ kind: "open" });
    enrolmentOpened(this.#deps.log);
    return true;
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    for (const part of [this.till, this.enrolment, this.session]) part.close();
    this.tillLive.close();
    this.enrolmentLive.close();
  }

  #changed(): void {
    this.#rev += 1;
    this.tillLive.changed();
    this.enrolmentLive.changed();
  }

  #closeEnrolment(): void {
    if (this.enrolment.state().mode.kind === "closed") return;
    // A save that the vault is writing cannot be left; its answer is not waited for either.
    this.enrolment.send({ kind: "close" });
    this.till.send({ kind: "resume" });
    enrolmentClosed(this.#deps.log);
  }

  #listen(): readonly (() => void)[] {
    const deps = this.#deps;
    const refresh = setInterval(
      () => void this.#attempt("read the stall", () => this.#refreshStall()),
      STALL_REFRESH_MS,
    );
    refresh.unref();
    return [
      () => clearInterval(refresh),
      deps.station.onStatus(() => this.#tellSensor()),
      deps.link.onChange(() => this.#changed()),
      deps.vault.onFingersChanged((student) => {
        void this.#onGallery("refresh a child's fingers", () => this.#refreshChild(student));
      }),
      deps.onAcked((eventIds) => this.journeys.acked(eventIds, deps.now())),
    ];
  }

  async #start(): Promise<void> {
    await this.#attempt("read the stall", () => this.#refreshStall());
    // Before anything can be charged: a sale that the last life of this daemon did not show (rule C13).
    await this.#attempt("look for an unconfirmed sale", async () => {
      const found = await findUnconfirmed(this.#deps);
      if (found !== null) this.till.send(found);
    });
    await this.#onGallery("load the gallery", () => this.#loadGallery());
    this.#isLoaded = true;
    this.#tellSensor();
    this.#changed();
  }

  #tellSensor(): void {
    const status = this.#deps.station.status();
    if (status.kind !== "ready") {
      this.till.send({ kind: "sensor", sensor: "away" });
      this.enrolment.send({ kind: "sensor", sensor: "away" });
      return;
    }
    const buildCount = status.info.enrolPlacementCount;
    this.till.send({ kind: "sensor", sensor: "ready" });
    this.enrolment.send({ kind: "sensor", sensor: "ready", buildCount });
  }

  async #refreshStall(): Promise<void> {
    const next = await this.#deps.directory.stall();
    if (this.#isClosed || JSON.stringify(next) === JSON.stringify(this.#stall)) return;
    this.#stall = next;
    this.#stallVersion += 1;
    const perSale = next?.perSale ?? null;
    this.till.send({ kind: "stall", till: { perSale, quickKeys: next?.quickKeys ?? [] } });
    this.#changed();
  }

  async #loadGallery(): Promise<void> {
    const { matcher, vault, log } = this.#deps;
    const startMs = performance.now();
    const report = await matcher.load(await vault.fingerRecords());
    galleryLoaded(log, { ...report, ms: Math.round(performance.now() - startMs) });
  }

  async #refreshChild(student: StudentId): Promise<void> {
    const { matcher, vault } = this.#deps;
    const record = await vault.fingersOf(student);
    await (record === null ? matcher.remove(student) : matcher.put(record));
    this.#changed();
  }

  #onGallery(what: string, work: () => Promise<void>): Promise<void> {
    this.#galleryWork = this.#galleryWork.then(() => this.#attempt(what, work));
    return this.#galleryWork;
  }

  /** A port's outage must not end the counter. */
  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      counterFailed(this.#deps.log, what, error);
    }
  }
}
