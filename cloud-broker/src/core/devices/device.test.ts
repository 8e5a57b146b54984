import { describe, expect, it } from "vitest";
import {
  isStopped,
  mayReceive,
  maySync,
  nextDeviceState,
  type DeviceEvent,
  type DeviceState,
} from "./device.ts";

const states: readonly DeviceState[] = ["pending", "active", "quarantined", "lost", "revoked"];
const events: readonly DeviceEvent[] = [
  "rostered",
  "forked",
  "cleared",
  "lost",
  "found",
  "revoked",
];

describe("the life of a terminal", () => {
  it("[D1] goes pending → active ⇄ quarantined → lost → quarantined, from each to revoked, and never back", () => {
    const moves = states.flatMap((state) =>
      events
        .map((event) => `${state} -${event}-> ${nextDeviceState(state, event)}`)
        .filter((move) => !move.endsWith(` ${state}`)),
    );
    expect(moves).toEqual([
      "pending -rostered-> active",
      "pending -revoked-> revoked",
      "active -forked-> quarantined",
      "active -lost-> lost",
      "active -revoked-> revoked",
      "quarantined -cleared-> active",
      "quarantined -lost-> lost",
      "quarantined -revoked-> revoked",
      "lost -found-> quarantined",
      "lost -revoked-> revoked",
    ]);
  });

  it("[D2] only active ones receive, and all but pending ones still deliver", () => {
    expect(states.filter(maySync)).toEqual(["active", "quarantined", "lost", "revoked"]);
    expect(states.filter(mayReceive)).toEqual(["active"]);
  });

  it("[D3] lost and revoked ones are told to stop", () => {
    expect(states.filter(isStopped)).toEqual(["lost", "revoked"]);
  });
});
