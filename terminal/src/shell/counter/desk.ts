import type { StudentId } from "@saku/protocol";
import type { StallEntry } from "../../core/directory/directory.ts";
import { createJourneyLog, type JourneyLog } from "../journey/journey-log.ts";
import { createJourneyRecorder } from "../journey/journey-recorder.ts";
import { openEnrolmentDesk, type EnrolmentDesk } from "./enrolment-desk.ts";
import { enrolmentViewOf, type EnrolmentView } from "./enrolment-view.ts";
import {
  counterFailed,
  enrolmentClosed,
  enrolmentOpened,
  galleryLoaded,
  saleLeftUnconfirmed,
} from "./events.ts";
import { createLiveText, type LiveText } from "./live.ts";
import { createOperatorSession, type OperatorSession } from "./operator-session.ts";
import type { CounterDeps } from "./ports.ts";
import { openTill, shown, type Till } from "./till.ts";
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
  let rev = 0;
  let stall: StallEntry | null = null;
  let stallVersion = 0;
  let isLoaded = false;
  let isClosed = false;

  const changed = (): void => {
    rev += 1;
    tillLive.changed();
    enrolmentLive.changed();
  };
  const view = (): CounterView =>
    viewOf({
      rev,
      state: till.state(),
      stall,
      stallVersion,
      isLoaded,
      link: deps.link.status(),
      fingerCount: deps.matcher.status().enrolledCount,
    });
  const enrolmentView = (): EnrolmentView => enrolmentViewOf(rev, enrolment.state());
  const tillLive = createLiveText(() => JSON.stringify(view()));
  const enrolmentLive = createLiveText(() => JSON.stringify(enrolmentView()));

  const journeys = createJourneyLog();
  const recorder = createJourneyRecorder(journeys, {
    unixMs: deps.now,
    elapsedMs: () => performance.now(),
  });
  const till = openTill(deps, recorder, changed);
  const enrolment = openEnrolmentDesk(deps, changed);

  const closeEnrolment = (): void => {
    if (enrolment.state().mode.kind === "closed") return;
    enrolment.send({ kind: "close" });
    // A save that the vault is writing cannot be left; its answer is not waited for either.
    till.send({ kind: "resume" });
    enrolmentClosed(deps.log);
  };
  const session = createOperatorSession({
    operator: deps.operator,
    nowMs: deps.now,
    onEnd: closeEnrolment,
  });

  const tellSensor = (): void => {
    const sensor = deps.station.status().kind === "ready" ? "ready" : "away";
    till.send({ kind: "sensor", sensor });
    enrolment.send({ kind: "sensor", sensor });
  };

  async function refreshStall(): Promise<void> {
    const next = await deps.directory.stall();
    if (isClosed || JSON.stringify(next) === JSON.stringify(stall)) return;
    stall = next;
    stallVersion += 1;
    const perSale = next?.perSale ?? null;
    till.send({ kind: "stall", till: { perSale, quickKeys: next?.quickKeys ?? [] } });
    changed();
  }

  async function loadGallery(): Promise<void> {
    const startMs = performance.now();
    const report = await deps.matcher.load(await deps.vault.fingerRecords());
    galleryLoaded(deps.log, { ...report, ms: Math.round(performance.now() - startMs) });
  }

  async function refreshChild(student: StudentId): Promise<void> {
    const record = await deps.vault.fingersOf(student);
    await (record === null ? deps.matcher.remove(student) : deps.matcher.put(record));
    changed();
  }

  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      counterFailed(deps.log, what, error);
    }
  };

  async function findUnconfirmed(): Promise<void> {
    const sale = await deps.saleDesk.lastUnconfirmedSale();
    if (sale === null) return;
    saleLeftUnconfirmed(deps.log);
    till.send({ kind: "unconfirmed", sale: shown(sale) });
  }

  async function start(): Promise<void> {
    await attempt("read the stall", refreshStall);
    // Before anything can be charged: what the last life of this daemon left on the disk (rule C13).
    await attempt("look for an unconfirmed sale", findUnconfirmed);
    await attempt("load the gallery", loadGallery);
    isLoaded = true;
    tellSensor();
    changed();
  }

  const stops = [
    deps.station.onStatus(tellSensor),
    deps.link.onChange(changed),
    deps.vault.onFingersChanged((student) => {
      void attempt("refresh a child's fingers", () => refreshChild(student));
    }),
    deps.onAcked((eventIds) => journeys.acked(eventIds, deps.now())),
  ];
  const refresh = setInterval(() => void attempt("read the stall", refreshStall), STALL_REFRESH_MS);
  refresh.unref();
  void start();

  return {
    till,
    enrolment,
    session,
    journeys,
    tillLive,
    enrolmentLive,
    stall: () => stall,
    view,
    enrolmentView,
    openEnrolment: () => {
      const isPaused = till.state().mode.kind === "paused";
      if (!isPaused && !till.send({ kind: "pause" })) return false;
      if (isPaused && enrolment.state().mode.kind !== "closed") return true;
      enrolment.send({ kind: "open" });
      enrolmentOpened(deps.log);
      return true;
    },
    close: () => {
      isClosed = true;
      clearInterval(refresh);
      for (const stop of stops) stop();
      till.close();
      enrolment.close();
      session.close();
      tillLive.close();
      enrolmentLive.close();
    },
  };
}
