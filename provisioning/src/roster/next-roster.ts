import { equalBytes, type DeviceId, type Roster, type SchoolId } from "@saku/protocol";

export type NewMember = {
  readonly device: DeviceId;
  readonly signKey: Uint8Array;
  readonly boxKey: Uint8Array;
};

export type RosterChange =
  /** The terminal is on the list, with these keys and this epoch. */
  | { readonly kind: "unchanged"; readonly roster: Roster }
  | { readonly kind: "changed"; readonly roster: Roster }
  /** The list uses a newer epoch key than this keyring has. */
  | { readonly kind: "refused"; readonly reason: "older-keyring" };

/**
 * The list with the terminal appended, or put in the place of its former self. Seals are made anew only for whom they
 * must: the new member, and everyone when the epoch has changed. `seal` gives the epoch key sealed to a box key.
 */
export function nextRoster(
  current: Roster | null,
  member: NewMember,
  school: { readonly id: SchoolId; readonly epoch: number },
  seal: (boxKey: Uint8Array) => Uint8Array,
): RosterChange {
  if (current !== null && current.epoch > school.epoch)
    return { kind: "refused", reason: "older-keyring" };
  const isSameEpoch = current?.epoch === school.epoch;
  const old = current?.devices.find((each) => each.device === member.device);
  if (current !== null && isSameEpoch && old !== undefined) {
    const isSame = equalBytes(old.signKey, member.signKey) && equalBytes(old.boxKey, member.boxKey);
    if (isSame) return { kind: "unchanged", roster: current };
  }
  const others = (current?.devices ?? []).filter((each) => each.device !== member.device);
  const kept = others.map((each) =>
    isSameEpoch ? each : { ...each, sealedEpochKey: seal(each.boxKey) },
  );
  const added = {
    device: member.device,
    signKey: member.signKey,
    boxKey: member.boxKey,
    sealedEpochKey: seal(member.boxKey),
  };
  return {
    kind: "changed",
    roster: {
      v: 1,
      school: school.id,
      rev: (current?.rev ?? 0) + 1,
      epoch: school.epoch,
      devices: [...kept, added],
    },
  };
}
