/**
 * `pending` = claimed, not yet on the school's signed roster; `quarantined` = flagged, still booked, gets no money; `lost` =
 * two persons said that it is gone.
 */
export type DeviceState = "pending" | "active" | "quarantined" | "lost" | "revoked";

export type DeviceEvent =
  | "rostered"
  /** A second history of the terminal was seen. */
  | "forked"
  | "cleared"
  | "lost"
  /** It turned up again: somebody looks at it before it gets money. */
  | "found"
  | "revoked";

const NEXT: Readonly<Record<DeviceState, Readonly<Partial<Record<DeviceEvent, DeviceState>>>>> = {
  pending: { rostered: "active", revoked: "revoked" },
  active: { forked: "quarantined", lost: "lost", revoked: "revoked" },
  quarantined: { cleared: "active", lost: "lost", revoked: "revoked" },
  lost: { found: "quarantined", revoked: "revoked" },
  revoked: {},
};

/** The state after an event; an event that means nothing in a state leaves it, and nothing leaves `revoked` [D1]. */
export function nextDeviceState(state: DeviceState, event: DeviceEvent): DeviceState {
  return NEXT[state][event] ?? state;
}

/** May it log in and deliver what it wrote? Every one that ever held money must: its sales are real [D2]. */
export function maySync(state: DeviceState): boolean {
  return state !== "pending";
}

/** Is it told to stop, and hears nothing else? [D3] */
export function isStopped(state: DeviceState): boolean {
  return state === "lost" || state === "revoked";
}

/** May it be given a child's money, secrets and register? [D2] */
export function mayReceive(state: DeviceState): boolean {
  return state === "active";
}
