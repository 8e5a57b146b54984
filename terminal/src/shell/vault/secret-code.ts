import { decodeCbor, encodeCbor } from "@saku/protocol";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { z } from "zod";

// scrypt with 16 MiB: about 50 ms on a PC, 200 ms on a Pi 3. A verifier carries its cost, so it can be raised later.
const COST = { N: 16_384, r: 8, p: 1 } as const;
const HASH_SIZE = 32;
const SALT_SIZE = 16;

const verifierSchema = z.strictObject({
  v: z.literal(1),
  salt: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === SALT_SIZE),
  hash: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === HASH_SIZE),
  n: z.literal(COST.N),
});

function derive(code: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(code, salt, HASH_SIZE, { ...COST, maxmem: 64 * 1024 * 1024 }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** What is kept of a PIN or an operator's code. */
export async function makeVerifier(code: string): Promise<Uint8Array> {
  const salt = new Uint8Array(randomBytes(SALT_SIZE));
  const hash = new Uint8Array(await derive(code, salt));
  return encodeCbor({ v: 1, salt, hash, n: COST.N });
}

/** Whether the code fits; the work is done also when there is no verifier, so that time tells nothing. */
export async function fitsVerifier(code: string, verifier: Uint8Array | null): Promise<boolean> {
  const value = verifier === null ? null : decodeCbor(verifier);
  const parsed = value?.ok === true ? verifierSchema.safeParse(value.value) : null;
  const stored = parsed?.success === true ? parsed.data : null;
  const hash = await derive(code, stored?.salt ?? new Uint8Array(SALT_SIZE));
  return timingSafeEqual(hash, stored?.hash ?? Buffer.alloc(HASH_SIZE)) && stored !== null;
}
