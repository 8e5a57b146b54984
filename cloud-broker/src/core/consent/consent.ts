export type ConsentState = "not-asked" | "waiting" | "granted" | "withdrawn";

export type Consent = { readonly state: ConsentState; readonly version: number };

/** A guardian's answer. Saying the same thing again changes nothing; every change is a new version [C1]. */
export function answerConsent(consent: Consent, answer: "granted" | "withdrawn"): Consent {
  if (consent.state === answer) return consent;
  return { state: answer, version: consent.version + 1 };
}

/** Sealed templates may be kept and passed on only while consent is granted [C2]. */
export function mayKeepTemplates(consent: Consent): boolean {
  return consent.state === "granted";
}
