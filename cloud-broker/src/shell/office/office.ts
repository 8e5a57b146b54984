import type { StudentId } from "@saku/protocol";
import type { Kysely } from "kysely";
import type { ChildView } from "../../core/reports/views.ts";
import type { Office, PersonId, Reading } from "../http/office.ts";
import type { Tables } from "../store/tables.ts";
import { childOrders } from "./child-orders.ts";
import { readChild } from "./child-view.ts";
import type { Cloud } from "./cloud.ts";
import { colleagueOrders } from "./colleague-orders.ts";
import { hubOrders } from "./hub-orders.ts";
import { limitOrders } from "./limit-orders.ts";
import { lossOrders } from "./loss-orders.ts";
import { letterDesk } from "./letter-desk.ts";
import { createMoneyDesk } from "./money/money-office.ts";
import { readMerchants } from "./merchant-view.ts";
import { readReceipt } from "./receipt-view.ts";
import { schoolOrders } from "./school-orders.ts";
import { readSchool, readStudents, readTerminals, readTrialBalance } from "./school-view.ts";

type Db = Kysely<Tables>;

const wardOf = (db: Db, person: PersonId, student: StudentId) =>
  db
    .selectFrom("guardianship")
    .select("school")
    .where("person", "=", person)
    .where("student", "=", student)
    .executeTakeFirst();

async function readChildren(
  db: Db,
  person: PersonId,
  nowMs: number,
): Promise<readonly ChildView[]> {
  const rows = await db
    .selectFrom("guardianship")
    .innerJoin("student", (join) =>
      join
        .onRef("student.school", "=", "guardianship.school")
        .onRef("student.id", "=", "guardianship.student"),
    )
    .select("student.id")
    .where("guardianship.person", "=", person)
    .orderBy("student.first_name")
    .execute();
  const views = [];
  for (const { id } of rows) views.push(await readChild(db, id, nowMs));
  return views.filter((view) => view !== null);
}

/** Children of guardians who are signed in, and the school's own figures; each view is of one instant [BK7]. */
function createReading(cloud: Cloud): Reading {
  const { store } = cloud;
  return {
    childrenOf: (person) => store.snapshot((db) => readChildren(db, person, cloud.clock())),
    child: (person, student) =>
      store.snapshot(async (db) => {
        const row = await wardOf(db, person, student);
        return row === undefined ? null : readChild(db, student, cloud.clock());
      }),
    receipt: async (person, student, journal) => {
      const row = await wardOf(store.read, person, student);
      return row === undefined ? null : readReceipt(cloud, { ...row, student, journal });
    },
    school: (school) =>
      store.snapshot((db) => readSchool(db, school, cloud.clock(), cloud.isOnline)),
    students: (school) => store.snapshot((db) => readStudents(db, school)),
    terminals: (school) =>
      store.snapshot((db) => readTerminals(db, school, cloud.isOnline, cloud.clock())),
    merchants: (school) => store.snapshot((db) => readMerchants(db, school)),
    trialBalance: (school) => store.snapshot((db) => readTrialBalance(db, school)),
  };
}

export function createOffice(cloud: Cloud): Office {
  return {
    reading: createReading(cloud),
    letters: letterDesk(cloud),
    writing: {
      ...childOrders(cloud),
      ...schoolOrders(cloud),
      ...limitOrders(cloud),
      ...hubOrders(cloud),
      ...lossOrders(cloud),
      ...colleagueOrders(cloud),
    },
    money: createMoneyDesk(cloud),
    onChildChanged: (student, listener) => cloud.changes.onChild(student, listener),
    onSchoolChanged: (school, listener) => cloud.changes.onSchool(school, listener),
  };
}
