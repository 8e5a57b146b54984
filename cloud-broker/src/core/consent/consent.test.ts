import { describe, expect, it } from "vitest";
import { answerConsent, mayKeepTemplates, type Consent } from "./consent.ts";

describe("consent", () => {
  it("[CN1] counts every change of the answer and nothing else", () => {
    const asked: Consent = { state: "waiting", version: 0 };
    const yes = answerConsent(asked, "granted");
    expect(yes).toEqual({ state: "granted", version: 1 });
    expect(answerConsent(yes, "granted")).toBe(yes);
    expect(answerConsent(yes, "withdrawn")).toEqual({ state: "withdrawn", version: 2 });
  });

  it("[CN2] allows templates while it is granted, and only then", () => {
    const states = ["not-asked", "waiting", "granted", "withdrawn"] as const;
    expect(states.filter((state) => mayKeepTemplates({ state, version: 1 }))).toEqual(["granted"]);
  });
});
