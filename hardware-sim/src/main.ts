import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoPeople, DEMO_ENROLLED, type DemoPeople } from "./fleet/demo-children.ts";
import { isPortFree } from "./fleet/free-port.ts";
import { openSchool, type School } from "./fleet/open-school.ts";
import { openStage } from "./fleet/stage-server.ts";

// `npm start`: the whole product on one machine with simulated sensors. Everything it writes goes when it ends.
const HOST = "127.0.0.1";
const PORTS = {
  stage: 4100,
  cloudHttp: 4000,
  cloudMqtt: 4883,
  internetHttp: 4001,
  internetMqtt: 4884,
  counters: [4201, 4202],
} as const;
const SEED = 20_261_123;
const CHILD_COUNT = 4;
/** The guardian who is signed in on the stage's phone has this many of the children. */
const FOLLOWED_COUNT = 3;
const GUARDIAN = { login: "ibu.aisyah", password: "melati-putih-9" };
const OPERATOR_CODE = "482913";
const TOP_UP_RUPIAH = 150_000;
const DAILY_LIMIT_RUPIAH = 80_000;

const startMs = Date.now();
function say(line: string): void {
  process.stderr.write(`  ${((Date.now() - startMs) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`);
}

function openDemoSchool(directory: string, people: DemoPeople): Promise<School> {
  return openSchool({
    fleet: {
      directory,
      ports: PORTS,
      stalls: [
        { name: "Kantin Bu Sri", model: "R307" },
        { name: "Koperasi", model: "R503" },
      ],
      seed: SEED,
      frameAncestors: [`http://${HOST}:${PORTS.stage}`],
      backupEverySeconds: 20,
    },
    schoolName: "SD Melati",
    operatorCode: OPERATOR_CODE,
    world: people.world,
    children: people.children.map(({ pupil, fingers }) => ({
      pupil,
      fingers: DEMO_ENROLLED.map((name) => ({ name, fingerId: fingers[name] })),
    })),
    enrolImpressions: [],
    enrolStall: 0,
    topUp: TOP_UP_RUPIAH,
    dailyLimit: DAILY_LIMIT_RUPIAH,
    isRealTime: true,
    say,
  });
}

function welcome(school: School): string {
  return `
  Saku · demo                  (data palsu, hilang saat ditutup · made-up data, gone when closed)

  > Panggung / stage           http://${HOST}:${PORTS.stage}/        <- mulai di sini · start here
    Orang tua / parent         ${school.fleet.cloudUrl}/          ${GUARDIAN.login} · ${GUARDIAN.password}
    Sekolah / school           http://localhost:${PORTS.cloudHttp}/          ${school.office.adminLogin} · ${school.office.adminPassword}
${school.fleet.stalls.map((stall) => `    ${stall.name.padEnd(26)} ${stall.counterUrl}/          kode operator / operator code ${OPERATOR_CODE}`).join("\n")}

    Ctrl+C menutup semuanya · closes everything
`;
}

function closedByUser(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

/** The first of our ports that somebody else has, or null. */
async function takenPort(): Promise<number | null> {
  for (const port of Object.values(PORTS).flat()) if (!(await isPortFree(port))) return port;
  return null;
}

async function play(directory: string, ended: Promise<void>): Promise<void> {
  const people = demoPeople(CHILD_COUNT, SEED);
  const school = await Promise.race([openDemoSchool(directory, people), ended]);
  // Ended while it opened: leaving the process ends the daemons too.
  if (school === undefined) return;
  try {
    const stage = await openStage({
      school,
      people,
      port: PORTS.stage,
      guardian: GUARDIAN,
      followedCount: FOLLOWED_COUNT,
    });
    process.stdout.write(welcome(school));
    await ended;
    stage.close();
  } finally {
    await school.close();
  }
}

async function main(): Promise<number> {
  const ended = closedByUser();
  const taken = await takenPort();
  if (taken !== null) {
    process.stderr.write(
      `Saku could not start: port ${taken} is in use. Is another Saku running here? Close it first.\n`,
    );
    return 1;
  }
  const directory = await mkdtemp(join(tmpdir(), "saku-demo-"));
  try {
    await play(directory, ended);
    await rm(directory, { recursive: true, force: true });
    return 0;
  } catch (error) {
    process.stderr.write(
      `Saku could not start: ${error instanceof Error ? error.message : String(error)}\nLogs are in ${directory}\n`,
    );
    return 1;
  }
}

// A pty or a cut connection may linger; whatever is left belongs to a demo that is over.
process.exit(await main());
