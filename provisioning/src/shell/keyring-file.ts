import { randomBytes, scrypt } from "node:crypto";
import { link, open, readFile, rename, unlink } from "node:fs/promises";
import { fromBase64Url, must, schoolId, toBase64Url, type SchoolId } from "@saku/protocol";
import nacl from "tweetnacl";
import { z } from "zod";
import { text } from "../language.ts";
import { CommandError, EXIT_USAGE } from "../outcome.ts";

/** What only the school has: the root key that signs the roster, and the keys under which children's data keys lie. */
export type Keyring = {
  readonly school: SchoolId;
  readonly name: string;
  /** Ed25519 seed, 32 bytes. */
  readonly rootSeed: Uint8Array;
  readonly epochs: readonly { readonly number: number; readonly key: Uint8Array }[];
  /** Highest roster revision ever seen: an older one from the cloud is a roll-back. */
  readonly rosterRev: number;
};

/** An opened keyring, and how to store a new content under the same passphrase. */
export type OpenKeyring = {
  readonly keyring: Keyring;
  save(next: Keyring): Promise<void>;
};

export const PASSPHRASE_LENGTH_MIN = 10;

/** RFC 7914 with r = 8, p = 1 and N = 2^16: about 0.3 s and 64 MB a try on a laptop. */
const COST_LOG2 = 16;
/** A file that asks for more would only be a way to stop us. */
const COST_LOG2_MAX = 18;
const SALT_SIZE = 16;
const FILE_MODE = 0o600;

const bytes = (size: number): z.ZodType<Uint8Array> =>
  z
    .string()
    .transform((value) => fromBase64Url(value) ?? new Uint8Array(0))
    .refine((value) => value.length === size) as unknown as z.ZodType<Uint8Array>;

const fileSchema = z.strictObject({
  what: z.literal("saku-keyring"),
  v: z.literal(1),
  kdf: z.literal("scrypt-r8-p1"),
  costLog2: z.number().int().min(1).max(COST_LOG2_MAX),
  salt: bytes(SALT_SIZE),
  nonce: bytes(nacl.secretbox.nonceLength),
  box: z.string().max(65_536),
});

const contentSchema = z.strictObject({
  school: z.string().transform((value) => schoolId(value)),
  name: z.string(),
  rootSeed: bytes(32),
  epochs: z.array(z.strictObject({ number: z.number().int().min(1), key: bytes(32) })).min(1),
  rosterRev: z.number().int().min(0),
});

type Lock = { readonly salt: Uint8Array; readonly costLog2: number };

function deriveKey(passphrase: string, { salt, costLog2 }: Lock): Promise<Uint8Array> {
  const cost = { N: 2 ** costLog2, r: 8, p: 1, maxmem: 512 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), salt, nacl.secretbox.keyLength, cost, (error, key) => {
      if (error === null) resolve(new Uint8Array(key));
      else reject(error);
    });
  });
}

function serialize(keyring: Keyring): Uint8Array {
  const { school, name, rootSeed, epochs, rosterRev } = keyring;
  const content = {
    school,
    name,
    rootSeed: toBase64Url(rootSeed),
    epochs: epochs.map(({ number, key }) => ({ number, key: toBase64Url(key) })),
    rosterRev,
  };
  return new TextEncoder().encode(JSON.stringify(content));
}

function sealed(keyring: Keyring, key: Uint8Array, { salt, costLog2 }: Lock): string {
  const nonce = new Uint8Array(randomBytes(nacl.secretbox.nonceLength));
  const file = {
    what: "saku-keyring",
    v: 1,
    kdf: "scrypt-r8-p1",
    costLog2,
    salt: toBase64Url(salt),
    nonce: toBase64Url(nonce),
    box: toBase64Url(nacl.secretbox(serialize(keyring), nonce, key)),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Whole or not at all, and on disk before it counts: a lost keyring is a lost school. */
async function writeWhole(path: string, content: string, mayReplace: boolean): Promise<void> {
  const draft = `${path}.new`;
  await unlink(draft).catch(() => undefined);
  const file = await open(draft, "wx", FILE_MODE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  if (mayReplace) return rename(draft, path);
  try {
    // A link fails when the name is taken; a rename would not.
    await link(draft, path);
  } finally {
    await unlink(draft);
  }
}

/** Makes the file, never over an existing one (K01). `costLog2` is lower only in tests. */
export async function createKeyringFile(
  path: string,
  passphrase: string,
  keyring: Keyring,
  costLog2: number = COST_LOG2,
): Promise<OpenKeyring> {
  const lock: Lock = { salt: new Uint8Array(randomBytes(SALT_SIZE)), costLog2 };
  const key = await deriveKey(passphrase, lock);
  const content = sealed(keyring, key, lock);
  await writeWhole(path, content, false).catch((error: unknown) => {
    const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw new CommandError(
      isTaken ? "K01" : "K02",
      isTaken
        ? text(`Berkas kunci sudah ada: ${path}`, `The keyring file exists already: ${path}`)
        : text(
            `Berkas kunci tidak bisa ditulis: ${path}`,
            `The keyring file cannot be written: ${path}`,
          ),
      {
        todo: text(
          "Pilih nama lain. Berkas lama tidak diubah: isinya mungkin kunci sebuah sekolah.",
          "Choose another name. The old file was left alone: it may hold a school's keys.",
        ),
        exitCode: EXIT_USAGE,
      },
    );
  });
  return { keyring, save: (next) => writeWhole(path, sealed(next, key, lock), true) };
}

function unreadable(path: string): CommandError {
  return new CommandError(
    "K03",
    text(
      `Berkas kunci tidak ada atau rusak: ${path}`,
      `The keyring file is missing or damaged: ${path}`,
    ),
    {
      todo: text("Pakai salinan cadangannya.", "Use its backup copy."),
      exitCode: EXIT_USAGE,
    },
  );
}

function parseFile(path: string, content: string): z.infer<typeof fileSchema> {
  try {
    const file = fileSchema.safeParse(JSON.parse(content));
    if (file.success) return file.data;
  } catch {
    // Not JSON: the same sentence as for a wrong shape.
  }
  throw unreadable(path);
}

/** Opens a keyring; K04 for a wrong passphrase, K03 for a file that is not a keyring. */
export async function openKeyringFile(path: string, passphrase: string): Promise<OpenKeyring> {
  const content = await readFile(path, "utf8").catch(() => {
    throw unreadable(path);
  });
  const { salt, costLog2, nonce, box } = parseFile(path, content);
  const lock: Lock = { salt, costLog2 };
  const key = await deriveKey(passphrase, lock);
  const opened = nacl.secretbox.open(fromBase64Url(box) ?? new Uint8Array(0), nonce, key);
  if (opened === null)
    throw new CommandError(
      "K04",
      text("Kata sandi kunci salah.", "The keyring's passphrase is wrong."),
      {
        exitCode: EXIT_USAGE,
      },
    );
  const keyring: Keyring = contentSchema.parse(JSON.parse(new TextDecoder().decode(opened)));
  return { keyring, save: (next) => writeWhole(path, sealed(next, key, lock), true) };
}

/** The epoch key that new seals use. */
export function currentEpoch(keyring: Keyring): Keyring["epochs"][number] {
  const epochs = [...keyring.epochs].sort((a, b) => b.number - a.number);
  return must(epochs[0], "A keyring has an epoch key");
}
