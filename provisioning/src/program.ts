import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { claimTerminal } from "./commands/claim.ts";
import type { Context } from "./commands/context.ts";
import { runDoctor } from "./commands/doctor.ts";
import { initSchool } from "./commands/school-init.ts";
import { text } from "./language.ts";
import { CommandError, EXIT_FAILED, EXIT_OK, EXIT_USAGE } from "./outcome.ts";
import { createPrompts, createSilentPrompts } from "./prompts.ts";
import { createScreen, type Screen } from "./screen.ts";
import { createCloudClient } from "./shell/cloud-client.ts";
import { AnswerError } from "./shell/http.ts";
import { createTerminalClient } from "./shell/terminal-client.ts";

export type ProgramWorld = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isInteractive: boolean;
  readonly talk: (line: string) => void;
  readonly print: (line: string) => void;
  /** For tests only: a weaker, faster lock on new keyrings. */
  readonly keyringCostLog2?: number;
};

type Common = { readonly lang: "id" | "en"; readonly json?: boolean };
type Passphrase = { readonly passphraseFile?: string };

const EPILOGUE = `
Kode keluar / exit codes
  0  selesai, semua baik          done, all is well
  1  gagal, atau ada yang rusak   failed, or something is broken
  2  salah pakai, dibatalkan;     wrong use, cancelled;
     doctor: bisa dipakai, tapi   doctor: works, but look at it
     perlu dilihat

Rahasia hanya lewat berkas atau pertanyaan, tidak pernah lewat argumen.
Secrets come from files or questions, never from arguments.`;

function parseUrl(value: string): URL {
  if (/^https?:\/\//.test(value) && URL.canParse(value)) return new URL(value);
  throw new InvalidArgumentError("http://… atau / or https://…");
}

function describe(command: Command, id: string, en: string): Command {
  return command
    .description(`${id} / ${en}`)
    .addOption(new Option("--lang <lang>", "bahasa / language").choices(["id", "en"]).default("id"))
    .option("--json", "hasil untuk mesin di stdout / result for machines on stdout");
}

function withKeyring(command: Command): Command {
  return command
    .requiredOption("--keyring <file>", "berkas kunci sekolah / the school's keyring file")
    .option(
      "--passphrase-file <file>",
      "kata sandi berkas kunci, atau SAKU_PASSPHRASE_FILE / the keyring's passphrase",
    );
}

function createContext(common: Common, world: ProgramWorld): Context {
  const screen = createScreen({
    language: common.lang,
    isJson: common.json === true,
    hasColour: world.isInteractive && world.env["NO_COLOR"] === undefined,
    talk: world.talk,
    print: world.print,
  });
  return {
    screen,
    prompts: world.isInteractive ? createPrompts(screen) : createSilentPrompts(),
    cloudAt: createCloudClient,
    terminalAt: createTerminalClient,
    keyringCostLog2: world.keyringCostLog2,
    nowMs: Date.now,
    pause: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
  };
}

/** What a technician reads instead of a stack; a bug of ours still shows itself. */
function explain(error: unknown, screen: Screen): number {
  if (error instanceof CommandError) {
    screen.line("broken", text(error.code, error.code), screen.say(error.what));
    if (error.todo !== null) screen.line("step", text("", ""), screen.say(error.todo));
    screen.data({ error: error.code, what: error.what, todo: error.todo });
    return error.exitCode;
  }
  if (error instanceof AnswerError) {
    screen.line("broken", text("H03", "H03"), error.message);
    screen.data({ error: "H03", what: error.message });
    return EXIT_FAILED;
  }
  throw error;
}

type Run = (context: Context) => Promise<number>;

function addSchool(
  program: Command,
  act: (common: Common, run: Run) => Promise<void>,
  env: ProgramWorld["env"],
): void {
  const school = program.command("school").description("Sekolah / the school");
  const init = describe(
    school.command("init"),
    "Buat kunci sekolah dan dirikan sekolah di awan",
    "make the school's keys and found it at the cloud",
  );
  withKeyring(init)
    .requiredOption("--cloud <url>", "alamat awan / the cloud's address", parseUrl)
    .requiredOption("--name <name>", "nama sekolah / the school's name")
    .addOption(
      new Option("--zone <zone>", "zona waktu / time zone")
        .choices(["WIB", "WITA", "WIT"])
        .makeOptionMandatory(),
    )
    .option("--setup-token-file <file>", "token penyiapan / set-up token")
    .option("--admin-login <login>", "nama masuk admin / admin's login", "admin")
    .option("--admin-password-file <file>", "kata sandi admin / admin's password")
    .action(
      async (
        options: Common & Passphrase & Omit<Parameters<typeof initSchool>[0], "passphraseFile">,
      ) => {
        const passphraseFile = options.passphraseFile ?? env["SAKU_PASSPHRASE_FILE"];
        await act(options, (context) => initSchool({ ...options, passphraseFile }, context));
      },
    );
}

function addClaim(
  program: Command,
  act: (common: Common, run: Run) => Promise<void>,
  env: ProgramWorld["env"],
): void {
  type Options = Common &
    Passphrase & { readonly yes?: boolean } & Omit<
      Parameters<typeof claimTerminal>[0],
      "isAgreed" | "passphraseFile"
    >;
  const claim = describe(
    program.command("claim"),
    "Bawa satu terminal ke sekolah; boleh diulang",
    "bring a terminal to the school; may be run again",
  );
  withKeyring(claim)
    .requiredOption(
      "--terminal <url>",
      "alamat layanan terminal / the terminal's service",
      parseUrl,
    )
    .requiredOption(
      "--cloud <url>",
      "alamat awan, seperti dilihat terminal / the cloud, as the terminal sees it",
      parseUrl,
    )
    .option("--claim-file <file>", "klaim dari halaman sekolah / claim from the school's page")
    .option("--operator-code-file <file>", "kode operator / operator code")
    .option("--yes", "enam kata sudah dibandingkan / the six words were compared")
    .action(async (options: Options) => {
      const passphraseFile = options.passphraseFile ?? env["SAKU_PASSPHRASE_FILE"];
      const isAgreed = options.yes === true;
      await act(options, (context) =>
        claimTerminal({ ...options, isAgreed, passphraseFile }, context),
      );
    });
}

function addDoctor(program: Command, act: (common: Common, run: Run) => Promise<void>): void {
  describe(program.command("doctor"), "Periksa satu terminal", "examine a terminal")
    .requiredOption(
      "--terminal <url>",
      "alamat layanan terminal / the terminal's service",
      parseUrl,
    )
    .action(async (options: Common & { readonly terminal: URL }) => {
      await act(options, (context) => runDoctor(options, context));
    });
}

/** Runs one `saku` command line and gives its exit code. */
export async function runProgram(argv: readonly string[], world: ProgramWorld): Promise<number> {
  let exitCode = EXIT_OK;
  const act = async (common: Common, run: Run): Promise<void> => {
    const context = createContext(common, world);
    exitCode = await run(context).catch((error: unknown) => explain(error, context.screen));
  };
  const output = { writeOut: world.print, writeErr: world.talk };
  const trimmed = {
    writeOut: (line: string) => output.writeOut(line.trimEnd()),
    writeErr: (line: string) => output.writeErr(line.trimEnd()),
  };
  const program = new Command("saku")
    .description("Peralatan teknisi Saku / the Saku technician's tool")
    .exitOverride()
    .configureOutput(trimmed)
    .addHelpText("after", EPILOGUE);
  addSchool(program, act, world.env);
  addClaim(program, act, world.env);
  addDoctor(program, act);
  const settle = (command: Command): void => {
    command.exitOverride().configureOutput(trimmed);
    for (const child of command.commands) settle(child);
  };
  settle(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
  }
  return exitCode;
}
