import { hardwarePhrase, signingKeyFromSeed, toBase64Url, type Roster } from "@saku/protocol";
import { readFacts, type Facts } from "../checks/facts.ts";
import { text, type Text } from "../language.ts";
import { CommandError, EXIT_ATTENTION, EXIT_OK, EXIT_USAGE } from "../outcome.ts";
import { nextRoster } from "../roster/next-roster.ts";
import { readRoster, sealTo, signRoster } from "../roster/roster-signing.ts";
import type { CloudClient } from "../shell/cloud-client.ts";
import { AnswerError } from "../shell/http.ts";
import { currentEpoch, openKeyringFile, type OpenKeyring } from "../shell/keyring-file.ts";
import { secretFrom } from "../shell/secret-file.ts";
import type { TerminalClient, TerminalIdentity } from "../shell/terminal-client.ts";
import { claimRefusal } from "./claim-refusal.ts";
import type { Context } from "./context.ts";

export type ClaimOptions = {
  readonly terminal: URL;
  readonly cloud: URL;
  readonly keyring: string;
  readonly isAgreed: boolean;
  readonly passphraseFile?: string | undefined;
  readonly claimFile?: string | undefined;
  readonly operatorCodeFile?: string | undefined;
};

/** Two technicians may claim at once: the one whose list came second builds on the other's. */
const PUT_ATTEMPT_MAX = 3;
const POLL_PERIOD_MS = 500;
/** A cold start of a terminal may wait half a minute before it connects. */
const ONLINE_WAIT_MS = 60_000;

type Work = {
  readonly options: ClaimOptions;
  readonly context: Context;
  readonly opened: OpenKeyring;
  readonly identity: TerminalIdentity;
  readonly terminal: TerminalClient;
  readonly cloud: CloudClient;
};

/** `saku claim`: brings one terminal to the school. Every step may be run again. */
export async function claimTerminal(options: ClaimOptions, context: Context): Promise<number> {
  const { screen, prompts } = context;
  const startedAtMs = context.nowMs();
  const question = text("Kata sandi berkas kunci", "Passphrase of the keyring file");
  const passphrase = await secretFrom(options.passphraseFile, question, prompts);
  const opened = await openKeyringFile(options.keyring, passphrase);
  const terminal = context.terminalAt(options.terminal);
  const identity = await terminal.identity();
  const { school } = opened.keyring;
  if (identity.school !== null && identity.school !== school) throw claimRefusal("other-school");
  screen.line("step", text("Terminal", "Terminal"), `${identity.device} · ${identity.software}`);
  const before = readFacts(await terminal.health());
  if (identity.school === school && isAtWork(before, opened.keyring.rosterRev)) {
    screen.line("ok", text("Sudah selesai", "Done already"), screen.say(connected(before)));
    screen.data({ device: identity.device, school, rosterRev: before.rosterRev, isNew: false });
    return EXIT_OK;
  }
  await confirmPhrase(identity, options.isAgreed, context);
  const cloud = context.cloudAt(options.cloud);
  const work: Work = { options, context, opened, identity, terminal, cloud };
  const roster = await enlist(work);
  screen.line(
    "ok",
    text("Daftar", "List"),
    `rev ${roster.rev} · ${roster.devices.length} terminal`,
  );
  const after = await waitOnline(terminal, roster.rev, context);
  const isOnline = after !== null;
  if (after === null)
    screen.line("attention", text("Sambungan", "Connection"), screen.say(NOT_YET));
  else screen.line("ok", text("Sambungan", "Connection"), screen.say(connected(after)));
  const tookSeconds = Math.round((context.nowMs() - startedAtMs) / 1000);
  screen.note(
    text(
      `${isOnline ? `Selesai dalam ${tookSeconds} detik.` : "Terdaftar, tetapi belum tersambung."} Berikutnya: saku doctor --terminal ${options.terminal.origin}`,
      `${isOnline ? `Done in ${tookSeconds} s.` : "Listed, but not connected yet."} Next: saku doctor --terminal ${options.terminal.origin}`,
    ),
  );
  screen.data({ device: identity.device, school, rosterRev: roster.rev, isNew: true, isOnline });
  return isOnline ? EXIT_OK : EXIT_ATTENTION;
}

const NOT_YET = text("belum daring setelah 60 detik", "not online after 60 seconds");

function isAtWork(facts: Facts, rosterRev: number): boolean {
  const { linkState, epochCount } = facts;
  const hasRoster = (facts.rosterRev ?? 0) >= Math.max(1, rosterRev);
  return linkState === "online" && hasRoster && (epochCount ?? 0) > 0;
}

function connected(facts: Facts): Text {
  const rev = facts.rosterRev ?? "?";
  return text(`daring · daftar rev ${rev} diterima`, `online · list rev ${rev} received`);
}

async function confirmPhrase(
  identity: TerminalIdentity,
  isAgreed: boolean,
  { screen, prompts }: Context,
): Promise<void> {
  // Made here from the keys that arrived: a go-between can repeat the terminal's words, not its keys.
  const phrase = hardwarePhrase(identity.signKey, identity.boxKey);
  screen.line("step", text("Enam kata", "Six words"), phrase);
  if (isAgreed) return;
  const isSame = await prompts.confirm(
    text(
      `Apakah layar terminal menunjukkan "${phrase}"?`,
      `Does the terminal's screen show "${phrase}"?`,
    ),
  );
  if (isSame) return;
  throw new CommandError(
    "C02",
    text(
      "Kata-katanya berbeda: ini bukan terminal di depan Anda, atau ada yang menyela.",
      "The words differ: this is not the terminal before you, or someone sits between.",
    ),
    {
      todo: text(
        "Periksa alamat --terminal; sambungkan langsung dengan kabel, lalu ulangi.",
        "Check the --terminal address; connect by a cable, then try again.",
      ),
      exitCode: EXIT_USAGE,
    },
  );
}

/** Redeems the claim where needed and puts the terminal on the signed list; returns the list that counts. */
async function enlist(work: Work): Promise<Roster> {
  const { options, context, identity } = work;
  const claim = await secretFrom(
    options.claimFile,
    text("Klaim dari halaman sekolah", "Claim from the school's page"),
    context.prompts,
  );
  if (identity.school === null) await redeem(work, claim);
  try {
    return await updateRoster(work, claim);
  } catch (error) {
    const isStranger = error instanceof AnswerError && [401, 403].includes(error.status);
    if (!isStranger) throw claimRefusal(error);
    if (identity.school === null) throw claimRefusal(error);
    // A later run comes with a new claim: the terminal redeems it, and then it opens the list.
    await redeem(work, claim);
    return updateRoster(work, claim).catch((reason: unknown) => {
      throw claimRefusal(reason);
    });
  }
}

async function redeem(work: Work, claim: string): Promise<void> {
  const { options, context, opened, terminal } = work;
  const operatorCode = await secretFrom(
    options.operatorCodeFile,
    text("Kode operator terminal (4 angka atau lebih)", "The terminal's operator code (4 or more)"),
    context.prompts,
  );
  const schoolRootKey = toBase64Url(signingKeyFromSeed(opened.keyring.rootSeed).publicKey);
  const cloudUrl = options.cloud.href.replace(/\/$/, "");
  const claimed = await terminal
    .claim({ cloudUrl, claim, schoolRootKey, operatorCode })
    .catch((error: unknown) => {
      throw claimRefusal(error);
    });
  if (claimed.school !== opened.keyring.school) throw claimRefusal("other-school");
  context.screen.line("ok", text("Klaim", "Claim"), claimed.school);
}

async function updateRoster(work: Work, claim: string): Promise<Roster> {
  const { opened, identity, cloud } = work;
  const { keyring } = opened;
  const epoch = currentEpoch(keyring);
  const school = { id: keyring.school, epoch: epoch.number };
  for (let attempt = 1; ; attempt++) {
    const current = readRoster(keyring, await cloud.roster(keyring.school, claim));
    const change = nextRoster(current, identity, school, (boxKey) => sealTo(boxKey, epoch.key));
    if (change.kind === "refused") throw claimRefusal("older-keyring");
    if (change.kind === "changed") {
      const signed = signRoster(keyring, change.roster);
      try {
        await cloud.putRoster(keyring.school, claim, signed);
      } catch (error) {
        const isOvertaken = error instanceof AnswerError && error.status === 409;
        if (isOvertaken && attempt < PUT_ATTEMPT_MAX) continue;
        throw error;
      }
    }
    if (change.roster.rev > keyring.rosterRev)
      await opened.save({ ...keyring, rosterRev: change.roster.rev });
    return change.roster;
  }
}

async function waitOnline(
  terminal: TerminalClient,
  rosterRev: number,
  context: Context,
): Promise<Facts | null> {
  const deadlineMs = context.nowMs() + ONLINE_WAIT_MS;
  for (;;) {
    const facts = readFacts(await terminal.health().catch(() => null));
    if (isAtWork(facts, rosterRev)) return facts;
    if (context.nowMs() >= deadlineMs) return null;
    await context.pause(POLL_PERIOD_MS);
  }
}
