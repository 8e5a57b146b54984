/** `pending` = claimed, not yet on the school's signed roster; `quarantined` = flagged, still booked, gets no money. */
export type DeviceState = "pending" | "active" | "quarantined" | "revoked";

export type DeviceEvent =
  | "rostered"
  /** A second history of the terminal was seen. */
  | "forked"
  | "cleared"
  | "revoked";

const NEXT: Readonly<Record<DeviceState, Readonly<Partial<Record<DeviceEvent, DeviceState>>>>> = {
  pending: { rostered: "active", revoked: "revoked" },
  active: { forked: "quarantined", revoked: "revoked" },
  quarantined: { cleared: "active", revoked: "revoked" },
  revoked: {},
};

/** The state after an event; an event that means nothing in a state leaves it, and nothing leaves `revoked` [D1]. */
export function nextDeviceState(state: DeviceState, event: DeviceEvent): DeviceState {
  return NEXT[state][event] ?? state;
}

/** May it log in and deliver what it sold? A quarantined one must: its sales are real [D2]. */
export function maySync(state: DeviceState): boolean {
  return state === "active" || state === "quarantined";
}

/** May it be given a child's money, secrets and register? [D2] */
export function mayReceive(state: DeviceState): boolean {
  return state === "active";
}
