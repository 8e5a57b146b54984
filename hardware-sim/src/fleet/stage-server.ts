import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { createStage } from "../stage/stage.tsx";
import { signIn, type CloudClient } from "./cloud-client.ts";
import type { DemoPeople } from "./demo-children.ts";
import type { School } from "./open-school.ts";
import { createStageFleet } from "./stage-fleet.ts";

export type StageServerOptions = {
  readonly school: School;
  readonly people: DemoPeople;
  /** 0 = any. */
  readonly port: number;
  /** Whose phone is on the stage; the first `followedCount` children are theirs. */
  readonly guardian: { readonly login: string; readonly password: string };
  readonly followedCount: number;
};

export interface StageServer {
  readonly url: string;
  close(): void;
}

const HOST = "127.0.0.1";

/** The guardian of the first children, as a family is: one login, several children; signed in on two phones. */
async function signInFamily(options: StageServerOptions): Promise<[CloudClient, CloudClient]> {
  const { school, guardian, followedCount } = options;
  for (const student of school.students.slice(0, followedCount))
    await school.office.inviteGuardian(student, guardian.login, guardian.password);
  const signInAgain = (): Promise<CloudClient> =>
    signIn(school.fleet.cloudUrl, guardian.login, guardian.password);
  return [await signInAgain(), await signInAgain()];
}

/** Opens the stage of a running school on loopback. Whoever opens it holds the guardian's phone: a demo's trick. */
export async function openStage(options: StageServerOptions): Promise<StageServer> {
  const { school, people, followedCount } = options;
  const { cloudUrl } = school.fleet;
  const [firstPhone, secondPhone] = await signInFamily(options);
  // Another host name for the same machine keeps the office's sign-in apart from the guardian's.
  const officeUrl = `${cloudUrl.replace(HOST, "localhost")}/sekolah`;
  const fleet = createStageFleet({
    school,
    people,
    followedCount,
    guardian: secondPhone,
    parentUrlOf: (student) => `${cloudUrl}/ortu/${student}`,
    links: [{ label: "Kantor sekolah", labelEn: "School office", url: officeUrl }],
  });
  const stage = createStage(fleet, {
    frameOrigins: [cloudUrl],
    // The counter and the cloud each keep the reader's language under their own name.
    cookiesOf: (language) => [
      firstPhone.cookie,
      `saku-lang=${language}`,
      `saku-bahasa=${language}`,
    ],
  });
  const server = serve({ fetch: stage.app.fetch, hostname: HOST, port: options.port });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: () => {
      stage.close();
      server.close();
      // Live streams would keep a server open for as long as a visitor looks.
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}
