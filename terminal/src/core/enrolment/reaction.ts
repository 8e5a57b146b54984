import type { EnrolmentEffect, EnrolmentEvent, EnrolmentState } from "./enrolment-state.ts";

export type Reaction = Partial<EnrolmentState> & { readonly effects?: readonly EnrolmentEffect[] };

export const IGNORED: Reaction = {};

/** What the sensor, the matcher and the vault report; everything else is the operator's press. */
export type Report = Extract<
  EnrolmentEvent,
  {
    kind:
      | "sensor"
      | "captured"
      | "taken"
      | "lifted"
      | "extracted"
      | "merged"
      | "verified"
      | "searched"
      | "work-failed"
      | "saved"
      | "save-refused";
  }
>;
export type Press = Exclude<EnrolmentEvent, Report>;
