import {
  deviceIdOfKey,
  equalBytes,
  fromBase64Url,
  hardwarePhrase,
  must,
  signingKeyFromSeed,
  toBase64Url,
  type DeviceId,
  type PublicKey,
  type Sign,
  type SigningKey,
} from "@saku/protocol";
import nacl from "tweetnacl";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { chmod, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

/** How the keys rest: readable by whoever reads the card, or only together with a systemd credential. */
export type ProtectionLevel = "file" | "credential";

/** What this terminal is, made by itself on its first start. Secrets stay inside the functions. */
export type DeviceKeys = {
  readonly device: DeviceId;
  readonly signKey: PublicKey;
  /** X25519: what the school's epoch keys are sealed to. */
  readonly boxKey: Uint8Array;
  readonly phrase: string;
  readonly protection: ProtectionLevel;
  readonly sign: Sign;
  /** The key before the last rotation: the cloud may not have heard of the new one yet (KR1). */
  readonly former?: SigningKey;
  /** Opens a NaCl box made for `boxKey`; null when it was made for another or changed on the way. */
  readonly openBox: (
    box: Uint8Array,
    nonce: Uint8Array,
    senderKey: Uint8Array,
  ) => Uint8Array | null;
  /** A 32-byte key of this terminal for one purpose, for secrets that rest here. */
  readonly deriveKey: (purpose: string) => Uint8Array;
};

/** Name of the systemd credential that encrypts the key file (`LoadCredentialEncrypted=`). */
export const CREDENTIAL_NAME = "saku-device-kek";
const FILE_NAME = "device-keys.json";
const KEY_SIZE = 32;
const NONCE_SIZE = 12;
const TAG_SIZE = 16;

const fileSchema = z.strictObject({
  v: z.literal(1),
  protection: z.enum(["file", "credential"]),
  secret: z.string().max(400),
});

export class KeysUnreadableError extends Error {
  override readonly name = "KeysUnreadableError";
}

/** The secret is seed ‖ box key ‖ seeds of later signing keys, oldest first. */
const SEEDS_START = 2 * KEY_SIZE;
const SEEDS_MAX = 3;

function signingKeysOf(secret: Uint8Array): readonly SigningKey[] {
  const later: SigningKey[] = [];
  for (let start = SEEDS_START; start < secret.length; start += KEY_SIZE)
    later.push(signingKeyFromSeed(secret.slice(start, start + KEY_SIZE)));
  return [signingKeyFromSeed(secret.slice(0, KEY_SIZE)), ...later];
}

/** Which of the keys signs: the one that the journal names. A later one was drawn, and its rotation never written. */
function currentIndex(all: readonly SigningKey[], current: Uint8Array | null): number {
  if (current === null) return 0;
  const index = all.findIndex(({ publicKey }) => equalBytes(publicKey, current));
  if (index < 0) throw new KeysUnreadableError("The key that the journal names is not in the file");
  return index;
}

function keysOf(
  secret: Uint8Array,
  protection: ProtectionLevel,
  current: Uint8Array | null,
): DeviceKeys {
  const all = signingKeysOf(secret);
  const pair = nacl.box.keyPair.fromSecretKey(secret.slice(KEY_SIZE, SEEDS_START));
  const index = currentIndex(all, current);
  const { publicKey, sign } = must(all[index], "The current key is one of them");
  const first = must(all[0], "There is a first key");
  const former = all[index - 1];
  return {
    device: deviceIdOfKey(first.publicKey),
    ...(former === undefined ? {} : { former }),
    signKey: publicKey,
    boxKey: pair.publicKey,
    phrase: hardwarePhrase(publicKey, pair.publicKey),
    protection,
    sign,
    openBox: (box, nonce, senderKey) => nacl.box.open(box, nonce, senderKey, pair.secretKey),
    deriveKey: (purpose) =>
      new Uint8Array(
        hkdfSync("sha256", secret.slice(0, SEEDS_START), new Uint8Array(0), purpose, KEY_SIZE),
      ),
  };
}

function wrappingKey(credential: Uint8Array): Uint8Array {
  return new Uint8Array(
    hkdfSync("sha256", credential, new Uint8Array(0), "saku.device-keys.v1", KEY_SIZE),
  );
}

function encrypt(secret: Uint8Array, credential: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_SIZE);
  const cipher = createCipheriv("aes-256-gcm", wrappingKey(credential), nonce);
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(bytes: Uint8Array, credential: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(
    "aes-256-gcm",
    wrappingKey(credential),
    bytes.subarray(0, NONCE_SIZE),
  );
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_SIZE));
  return Buffer.concat([
    decipher.update(bytes.subarray(NONCE_SIZE, bytes.length - TAG_SIZE)),
    decipher.final(),
  ]);
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Whole or not at all, also when the power fails: temporary file, fsync, rename, fsync of the folder. */
async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function secretOf(text: string, credential: Uint8Array | null): Uint8Array {
  const stored = fileSchema.parse(JSON.parse(text));
  const bytes = must(fromBase64Url(stored.secret), "The key file holds no base64url");
  if (stored.protection === "file") return bytes;
  if (credential === null)
    throw new KeysUnreadableError("The keys are encrypted and the systemd credential is missing");
  return decrypt(bytes, credential);
}

/**
 * Reads the terminal's keys from the state folder, or makes them. A plain key file is encrypted as soon as a
 * credential is there. Throws `KeysUnreadableError` rather than making new keys over old ones.
 */
export async function openDeviceKeys(
  folder: string,
  credentialsFolder: string | null,
  /** The signing key that the journal names (meta `sign-key`); null while it is the first one. */
  current: Uint8Array | null = null,
): Promise<DeviceKeys> {
  const path = join(folder, FILE_NAME);
  const credential = await credentialOf(credentialsFolder);
  const protection: ProtectionLevel = credential === null ? "file" : "credential";
  const existing = await readIfThere(path);
  let secret: Uint8Array;
  let isStoredAsWanted = false;
  if (existing === null) secret = randomBytes(2 * KEY_SIZE);
  else {
    try {
      const text = Buffer.from(existing).toString("utf8");
      secret = secretOf(text, credential);
      isStoredAsWanted = fileSchema.parse(JSON.parse(text)).protection === protection;
    } catch (error) {
      if (error instanceof KeysUnreadableError) throw error;
      throw new KeysUnreadableError("The key file is damaged or belongs to another machine");
    }
    if (!isSecretSize(secret.length)) throw new KeysUnreadableError("The key file is damaged");
    await chmod(path, 0o600);
  }
  if (!isStoredAsWanted) await storeSecret(path, secret, credential);
  return keysOf(secret, protection, current);
}

/**
 * Draws the next signing key and puts it on disk beside the one that signs now; it signs nothing before the journal names it,
 * so that a power cut at any point leaves a key that works (KR1). Answers the new key.
 */
export async function drawNextKey(
  folder: string,
  credentialsFolder: string | null,
  current: Uint8Array,
): Promise<SigningKey> {
  const path = join(folder, FILE_NAME);
  const credential = await credentialOf(credentialsFolder);
  const text = Buffer.from(await readFile(path)).toString("utf8");
  const secret = secretOf(text, credential);
  const index = currentIndex(signingKeysOf(secret), current);
  const seed = randomBytes(KEY_SIZE);
  // Keys before the current one are used by nobody; keys behind it were drawn in vain.
  const kept =
    index === 0
      ? new Uint8Array(0)
      : secret.slice(SEEDS_START + (index - 1) * KEY_SIZE, SEEDS_START + index * KEY_SIZE);
  const next = Buffer.concat([secret.slice(0, SEEDS_START), kept, seed]);
  await storeSecret(path, next, credential);
  return signingKeyFromSeed(seed);
}

const isSecretSize = (size: number): boolean =>
  size >= SEEDS_START && size <= SEEDS_START + SEEDS_MAX * KEY_SIZE && size % KEY_SIZE === 0;

async function credentialOf(folder: string | null): Promise<Uint8Array | null> {
  return folder === null ? null : readIfThere(join(folder, CREDENTIAL_NAME));
}

async function storeSecret(
  path: string,
  secret: Uint8Array,
  credential: Uint8Array | null,
): Promise<void> {
  const protection: ProtectionLevel = credential === null ? "file" : "credential";
  const stored = credential === null ? secret : encrypt(secret, credential);
  await writeDurably(path, JSON.stringify({ v: 1, protection, secret: toBase64Url(stored) }));
}
