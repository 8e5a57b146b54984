import { describe, expect, it } from "vitest";
import {
  mayReceive,
  maySync,
  nextDeviceState,
  type DeviceEvent,
  type DeviceState,
} from "./device.ts";

const states: readonly DeviceState[] = ["pending", "active", "quarantined", "revoked"];
const events: readonly DeviceEvent[] = ["rostered", "forked", "cleared", "revoked"];

describe("the life of a terminal", () => {
  it("[D1] goes pending → active ⇄ quarantined, from each to revoked, and never back", () => {
    const moves = states.flatMap((state) =>
      events
        .map((event) => `${state} -${event}-> ${nextDeviceState(state, event)}`)
        .filter((move) => !move.endsWith(` ${state}`)),
    );
    expect(moves).toEqual([
      "pending -rostered-> active",
      "pending -revoked-> revoked",
      "active -forked-> quarantined",
      "active -revoked-> revoked",
      "quarantined -cleared-> active",
      "quarantined -revoked-> revoked",
    ]);
  });

  it("[D2] only active ones receive, quarantined ones still deliver", () => {
    expect(states.filter(maySync)).toEqual(["active", "quarantined"]);
    expect(states.filter(mayReceive)).toEqual(["active"]);
  });
});
