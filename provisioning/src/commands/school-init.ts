import { randomBytes } from "node:crypto";
import { access } from "node:fs/promises";
import { schoolId, signingKeyFromSeed, toBase64Url } from "@saku/protocol";
import { text } from "../language.ts";
import { CommandError, EXIT_OK, EXIT_USAGE } from "../outcome.ts";
import { AnswerError } from "../shell/http.ts";
import {
  createKeyringFile,
  openKeyringFile,
  PASSPHRASE_LENGTH_MIN,
  type Keyring,
  type OpenKeyring,
} from "../shell/keyring-file.ts";
import { secretFrom } from "../shell/secret-file.ts";
import type { Context } from "./context.ts";

export type SchoolInitOptions = {
  readonly cloud: URL;
  readonly name: string;
  readonly zone: "WIB" | "WITA" | "WIT";
  readonly keyring: string;
  readonly adminLogin: string;
  readonly passphraseFile?: string | undefined;
  readonly setupTokenFile?: string | undefined;
  readonly adminPasswordFile?: string | undefined;
};

const ZONE_MINUTES = { WIB: 420, WITA: 480, WIT: 540 } as const;
/** In the keyring until the cloud has named the school: the root key is on disk before anyone relies on it. */
const NOT_FOUNDED = schoolId("not-founded-yet");

function freshKeyring(name: string): Keyring {
  return {
    school: NOT_FOUNDED,
    name,
    rootSeed: new Uint8Array(randomBytes(32)),
    epochs: [{ number: 1, key: new Uint8Array(randomBytes(32)) }],
    rosterRev: 0,
  };
}

async function askPassphrase(options: SchoolInitOptions, context: Context): Promise<string> {
  const question = text(
    `Kata sandi baru untuk berkas kunci (minimal ${PASSPHRASE_LENGTH_MIN} huruf)`,
    `New passphrase for the keyring file (${PASSPHRASE_LENGTH_MIN} characters or more)`,
  );
  const passphrase = await secretFrom(options.passphraseFile, question, context.prompts);
  if (passphrase.length < PASSPHRASE_LENGTH_MIN)
    throw new CommandError(
      "K05",
      text("Kata sandi terlalu pendek.", "The passphrase is too short."),
      {
        todo: question,
        exitCode: EXIT_USAGE,
      },
    );
  if (options.passphraseFile !== undefined) return passphrase;
  const again = text("Sekali lagi", "Once more");
  if ((await context.prompts.secret(again)).trim() === passphrase) return passphrase;
  throw new CommandError("K06", text("Kedua kata sandi berbeda.", "The two passphrases differ."), {
    exitCode: EXIT_USAGE,
  });
}

/** A new keyring, or the one of an earlier try that did not get as far as the cloud. */
async function prepareKeyring(options: SchoolInitOptions, context: Context): Promise<OpenKeyring> {
  const { keyring: path } = options;
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) {
    const question = text("Kata sandi berkas kunci", "Passphrase of the keyring file");
    const passphrase = await secretFrom(options.passphraseFile, question, context.prompts);
    return openKeyringFile(path, passphrase);
  }
  const passphrase = await askPassphrase(options, context);
  return createKeyringFile(path, passphrase, freshKeyring(options.name), context.keyringCostLog2);
}

function refusedFounding(error: unknown): never {
  if (!(error instanceof AnswerError)) throw error;
  throw new CommandError(
    "F01",
    text(
      `Awan menolak pendirian sekolah (${error.status} ${error.code}).`,
      `The cloud refused to found the school (${error.status} ${error.code} ${error.sentence}).`,
    ),
    {
      todo: text(
        "Token penyiapan hanya berlaku sekali: minta yang baru ke operator. Berkas kunci tetap dipakai lagi.",
        "A set-up token works once: ask the operator for a new one. The keyring file will be used again.",
      ),
    },
  );
}

/** `saku school init`: keys first, on disk and sealed; then the school at the cloud. */
export async function initSchool(options: SchoolInitOptions, context: Context): Promise<number> {
  const { screen, prompts } = context;
  const opened = await prepareKeyring(options, context);
  const rootKey = signingKeyFromSeed(opened.keyring.rootSeed).publicKey;
  screen.line("ok", text("Berkas kunci", "Keyring"), options.keyring);
  if (opened.keyring.school !== NOT_FOUNDED) {
    screen.line("ok", text("Sekolah", "School"), opened.keyring.school);
    screen.note(
      text("Sudah didirikan; tidak ada yang diubah.", "Founded already; nothing was changed."),
    );
    screen.data({ school: opened.keyring.school, rootKey: toBase64Url(rootKey), isNew: false });
    return EXIT_OK;
  }
  const setupToken = await secretFrom(
    options.setupTokenFile,
    text("Token penyiapan dari operator", "Set-up token from the operator"),
    prompts,
  );
  const adminPassword = await secretFrom(
    options.adminPasswordFile,
    text(`Kata sandi untuk ${options.adminLogin}`, `Password for ${options.adminLogin}`),
    prompts,
  );
  const founded = await context
    .cloudAt(options.cloud)
    .found({
      setupToken,
      name: options.name,
      zone: ZONE_MINUTES[options.zone],
      rootKey: toBase64Url(rootKey),
      adminLogin: options.adminLogin,
      adminPassword,
    })
    .catch(refusedFounding);
  const school = schoolId(founded.school);
  await opened.save({ ...opened.keyring, school });
  screen.line("ok", text("Sekolah", "School"), `${options.name} · ${school}`);
  screen.note(
    text(
      `Selesai. Buat salinan ${options.keyring} di tempat lain, simpan kata sandinya terpisah: tanpa keduanya tidak ada terminal baru.\nBerikutnya: buat klaim di halaman sekolah, lalu saku claim --terminal URL`,
      `Done. Keep a copy of ${options.keyring} elsewhere and its passphrase apart: without both there are no new terminals.\nNext: make a claim on the school's page, then saku claim --terminal URL`,
    ),
  );
  screen.data({ school, rootKey: toBase64Url(rootKey), isNew: true });
  return EXIT_OK;
}
