import { addSchoolDays, type SchoolDay } from "@saku/protocol";

/** A terminal that was declared lost: by whom, who confirmed it, who wants it written off before its time. */
export type Loss = {
  readonly declaredBy: string;
  readonly confirmedBy: string | null;
  readonly confirmedDay: SchoolDay | null;
  readonly orderedBy: string | null;
  readonly isWrittenOff: boolean;
};

export type LossRefusal = "same-person" | "not-confirmed" | "already-done";

/** Whether this person's word makes it two [G11]. */
export function confirmRefusal(loss: Loss, person: string): LossRefusal | null {
  if (loss.confirmedBy !== null) return "already-done";
  return loss.declaredBy === person ? "same-person" : null;
}

/** The order to write off before the days are over is itself one of two persons; the first only asks [G11]. */
export function decideWriteOffOrder(loss: Loss, person: string): LossRefusal | "ask" | "write-off" {
  if (loss.isWrittenOff) return "already-done";
  if (loss.confirmedBy === null) return "not-confirmed";
  if (loss.orderedBy === null) return "ask";
  return loss.orderedBy === person ? "same-person" : "write-off";
}

/** Whether the days since the second person's word are over [G11]. */
export function isWriteOffDue(loss: Loss, today: SchoolDay, afterDays: number): boolean {
  if (loss.isWrittenOff || loss.confirmedDay === null) return false;
  return today >= addSchoolDays(loss.confirmedDay, afterDays);
}

/** How far it has come, for the page. */
export function lossStage(loss: Loss): "declared" | "confirmed" | "asked" | "written-off" {
  if (loss.isWrittenOff) return "written-off";
  if (loss.confirmedBy === null) return "declared";
  return loss.orderedBy === null ? "confirmed" : "asked";
}
