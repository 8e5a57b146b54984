import { expect, test } from "vitest";
import { createGates } from "./rate-limit.ts";

test("eight tries for one login, then a wait, from whichever address", async () => {
  const gates = createGates();
  for (let index = 0; index < 8; index++)
    expect(await gates.signIn("ibu.aisyah", `10.0.0.${index}`)).toBeNull();
  const gate = await gates.signIn("IBU.aisyah", "10.0.0.99");
  expect(gate?.retryAfterMs).toBeGreaterThan(0);
});

test("a right password clears the count of its login", async () => {
  const gates = createGates();
  for (let index = 0; index < 7; index++) await gates.signIn("ibu.aisyah", "10.0.0.1");
  await gates.signedIn("ibu.aisyah", "10.0.0.1");
  for (let index = 0; index < 8; index++)
    expect(await gates.signIn("ibu.aisyah", "10.0.0.1")).toBeNull();
});

test("one address that tries many logins is held back", async () => {
  const gates = createGates();
  for (let index = 0; index < 60; index++) await gates.signIn(`login${index}`, "10.0.0.1");
  expect(await gates.signIn("someone-new", "10.0.0.1")).not.toBeNull();
  expect(await gates.signIn("someone-new", "10.0.0.2")).toBeNull();
});

test("a whole school behind one address signs in, as long as its passwords are right", async () => {
  const gates = createGates();
  for (let index = 0; index < 200; index++) {
    expect(await gates.signIn(`wali${index}`, "10.0.0.1")).toBeNull();
    await gates.signedIn(`wali${index}`, "10.0.0.1");
  }
});

test("forty guardians take up their invitations at one school computer", async () => {
  const gates = createGates();
  for (let index = 0; index < 40; index++) expect(await gates.newcomer("10.0.0.1")).toBeNull();
});
