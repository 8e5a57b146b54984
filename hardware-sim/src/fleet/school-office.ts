import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { acceptInvitation, signIn, type CloudClient } from "./cloud-client.ts";
import type { Pupil } from "./pupils.ts";
import { runSaku } from "./technician.ts";

/** The school's office: everything that people do through the cloud's pages, done through the same API. */
export interface SchoolOffice {
  readonly school: string;
  readonly adminLogin: string;
  readonly adminPassword: string;
  readonly client: CloudClient;
  addStall(name: string): Promise<string>;
  /** Enters the child, records the guardian's consent and pays in cash; gives the student's id. */
  admit(
    pupil: Pupil,
    money: { readonly topUp: number; readonly dailyLimit: number | null },
  ): Promise<string>;
  /** From now on the stall's terminal holds the day's leases for all stalls. */
  nameHub(stall: string): Promise<void>;
  inviteGuardian(student: string, login: string, password: string): Promise<void>;
  /** The technician brings a terminal to a stall with the real `saku claim`. */
  claimTerminal(order: {
    readonly terminalUrl: string;
    readonly merchant: string;
    readonly terminalName: string;
  }): Promise<void>;
}

export type FoundOptions = {
  readonly directory: string;
  /** The cloud as the school's office reaches it. */
  readonly cloudUrl: string;
  /** The cloud as terminals reach it: through the internet that can be cut. */
  readonly terminalCloudUrl: string;
  readonly setupTokenFile: string;
  readonly sakuProgram: string;
  readonly schoolName: string;
  readonly operatorCode: string;
};

const ADMIN_LOGIN = "bendahara";
const ADMIN_PASSWORD = "kantin-jujur-2026";

async function secretFile(path: string, content: string): Promise<string> {
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

type Secrets = {
  readonly keyring: string;
  readonly passphrase: string;
  readonly operatorCode: string;
  readonly adminPassword: string;
};

/** The technician's secrets as files, as `saku` wants them. */
async function writeSecrets({ directory, operatorCode }: FoundOptions): Promise<Secrets> {
  const write = (name: string, content: string): Promise<string> =>
    secretFile(join(directory, name), content);
  return {
    keyring: join(directory, "school.keyring"),
    passphrase: await write("passphrase", "demo passphrase, not a secret"),
    operatorCode: await write("operator-code", operatorCode),
    adminPassword: await write("admin-password", ADMIN_PASSWORD),
  };
}

function initArguments(options: FoundOptions, secrets: Secrets): readonly string[] {
  return Object.entries({
    "--cloud": options.cloudUrl,
    "--name": options.schoolName,
    "--zone": "WIB",
    "--keyring": secrets.keyring,
    "--passphrase-file": secrets.passphrase,
    "--setup-token-file": options.setupTokenFile,
    "--admin-login": ADMIN_LOGIN,
    "--admin-password-file": secrets.adminPassword,
  }).flat();
}

function claimArguments(
  options: FoundOptions,
  secrets: Secrets,
  order: { readonly terminalUrl: string; readonly claimFile: string },
): readonly string[] {
  return Object.entries({
    "--terminal": order.terminalUrl,
    "--cloud": options.terminalCloudUrl,
    "--keyring": secrets.keyring,
    "--passphrase-file": secrets.passphrase,
    "--claim-file": order.claimFile,
    "--operator-code-file": secrets.operatorCode,
  }).flat();
}

/** Founds the school with the real `saku school init` and signs its admin in. */
export async function foundSchool(options: FoundOptions): Promise<SchoolOffice> {
  const secrets = await writeSecrets(options);
  await readFile(options.setupTokenFile);
  await runSaku(options.sakuProgram, ["school", "init", ...initArguments(options, secrets)]);
  const client = await signIn(options.cloudUrl, ADMIN_LOGIN, ADMIN_PASSWORD);
  const school = z.string().parse(client.school);
  let orderCount = 0;
  const key = (): string => `fleet-${process.pid}-${Date.now()}-${orderCount++}`;

  const terminals = z.array(z.object({ device: z.string(), merchantName: z.string() }));
  return {
    school,
    nameHub: async (stall) => {
      const listed = await client.get(`/v1/schools/${school}/terminals`);
      const found = terminals.parse(listed).find(({ merchantName }) => merchantName === stall);
      await client.post(`/v1/schools/${school}/hub`, { hub: found?.device ?? null }, key());
    },
    adminLogin: ADMIN_LOGIN,
    adminPassword: ADMIN_PASSWORD,
    client,
    addStall: async (name) => {
      const made = await client.post(`/v1/schools/${school}/merchants`, { name }, key());
      return z.object({ merchant: z.string() }).parse(made).merchant;
    },
    admit: async (pupil, money) => {
      const made = await client.post(
        `/v1/schools/${school}/students`,
        { number: pupil.number, firstName: pupil.firstName, className: pupil.className },
        key(),
      );
      const { student } = z.object({ student: z.string() }).parse(made);
      await client.post(`/v1/students/${student}/consent`, { state: "granted" }, key());
      if (money.dailyLimit !== null)
        await client.post(`/v1/students/${student}/limit`, { dailyLimit: money.dailyLimit }, key());
      await client.post(`/v1/students/${student}/topups`, { amount: money.topUp }, key());
      return student;
    },
    inviteGuardian: async (student, login, password) => {
      const made = await client.post(`/v1/students/${student}/invitations`, {}, key());
      const { token } = z.object({ token: z.string() }).parse(made);
      await acceptInvitation(options.cloudUrl, { token, login, password });
    },
    claimTerminal: async (order) => {
      const made = await client.post(
        `/v1/schools/${school}/claims`,
        { merchant: order.merchant, terminalName: order.terminalName },
        key(),
      );
      const { claim } = z.object({ claim: z.string() }).parse(made);
      const claimFile = await secretFile(join(options.directory, `claim-${order.merchant}`), claim);
      const words = claimArguments(options, secrets, { terminalUrl: order.terminalUrl, claimFile });
      await runSaku(options.sakuProgram, ["claim", ...words, "--yes"]);
    },
  };
}
