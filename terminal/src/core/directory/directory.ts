import type { MerchantId, Rupiah, StudentId, ZoneMinutes } from "@saku/protocol";

/** What this terminal knows of a child: the first name for the screen, nothing more than it needs. */
export type StudentEntry = {
  readonly student: StudentId;
  readonly number: string;
  readonly firstName: string;
  readonly className: string;
  readonly isActive: boolean;
  readonly isFrozen: boolean;
  /** `none` until the school recorded one: no record = no enrolment. */
  readonly consent: { readonly state: "none" | "granted" | "withdrawn"; readonly version: number };
  readonly hasFingers: boolean;
  readonly hasPin: boolean;
};

export type StallEntry = {
  readonly merchant: MerchantId;
  readonly merchantName: string;
  readonly schoolName: string;
  readonly zone: ZoneMinutes;
  readonly perSale: Rupiah;
  readonly quickKeys: readonly { readonly label: string; readonly amount: Rupiah }[];
};

/** The local copy of the school's register, kept by commands. */
export interface Directory {
  stall(): Promise<StallEntry | null>;
  student(student: StudentId): Promise<StudentEntry | null>;
  studentByNumber(number: string): Promise<StudentEntry | null>;
  /** All active children, by class and first name. */
  students(): Promise<readonly StudentEntry[]>;
}
