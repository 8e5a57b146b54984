import { randomBytes } from "node:crypto";
import {
  concatBytes,
  encodeRoster,
  parseRoster,
  signingKeyFromSeed,
  signObject,
  verifyObject,
  verifyWithTweetnacl,
  type Roster,
} from "@saku/protocol";
import nacl from "tweetnacl";
import { text } from "../language.ts";
import { CommandError } from "../outcome.ts";
import type { Keyring } from "../shell/keyring-file.ts";

/** ephemeral public key ‖ nonce ‖ box, as `RosterDevice.sealedEpochKey` says; the ephemeral secret is forgotten here. */
export function sealTo(boxKey: Uint8Array, epochKey: Uint8Array): Uint8Array {
  const ephemeral = nacl.box.keyPair.fromSecretKey(new Uint8Array(randomBytes(32)));
  const nonce = new Uint8Array(randomBytes(nacl.box.nonceLength));
  const box = nacl.box(epochKey, nonce, boxKey, ephemeral.secretKey);
  return concatBytes(ephemeral.publicKey, nonce, box);
}

/** `saku.roster.v1`, kid = the school's id. */
export function signRoster(keyring: Keyring, roster: Roster): Uint8Array {
  const { sign } = signingKeyFromSeed(keyring.rootSeed);
  return signObject("saku.roster.v1", keyring.school, encodeRoster(roster), sign);
}

/**
 * The list that the cloud keeps, believed only with our own signature and never older than one we have seen: whoever
 * runs the cloud can withhold it, but cannot add a reader.
 */
export function readRoster(keyring: Keyring, signed: Uint8Array | null): Roster | null {
  if (signed === null) {
    if (keyring.rosterRev > 0) throw rolledBack(keyring.rosterRev, 0);
    return null;
  }
  const { publicKey } = signingKeyFromSeed(keyring.rootSeed);
  const keyOf = (kid: string): typeof publicKey | undefined =>
    kid === keyring.school ? publicKey : undefined;
  const verified = verifyObject("saku.roster.v1", signed, keyOf, verifyWithTweetnacl);
  const parsed = verified.ok ? parseRoster(verified.value.payload) : verified;
  if (!parsed.ok || parsed.value.school !== keyring.school)
    throw new CommandError(
      "R01",
      text(
        "Daftar terminal di awan tidak ditandatangani oleh sekolah ini.",
        "The cloud's list of terminals is not signed by this school.",
      ),
      {
        todo: text(
          "Jangan dilanjutkan. Periksa berkas kunci dan alamat awan; laporkan ke operator.",
          "Do not go on. Check the keyring file and the cloud's address; tell the operator.",
        ),
      },
    );
  if (parsed.value.rev < keyring.rosterRev) throw rolledBack(keyring.rosterRev, parsed.value.rev);
  return parsed.value;
}

function rolledBack(seenRev: number, gotRev: number): CommandError {
  return new CommandError(
    "R02",
    text(
      `Awan menunjukkan daftar lama (revisi ${gotRev}); kami sudah melihat revisi ${seenRev}.`,
      `The cloud shows an old list (revision ${gotRev}); we have seen revision ${seenRev}.`,
    ),
    {
      todo: text(
        "Jangan dilanjutkan: terminal yang dicabut bisa kembali. Laporkan ke operator.",
        "Do not go on: a removed terminal could come back. Tell the operator.",
      ),
    },
  );
}
