import type { StudentId } from "@saku/protocol";
import type { Office, PersonId, Reading } from "../http/office.ts";
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

/** Children of guardians who are signed in, and the school's own figures, from committed rows. */
function createReading(cloud: Cloud): Reading {
  const { read } = cloud.store;
  const wardOf = (person: PersonId, student: StudentId) =>
    read
      .selectFrom("guardianship")
      .select("school")
      .where("person", "=", person)
      .where("student", "=", student)
      .executeTakeFirst();
  return {
    childrenOf: async (person) => {
      const rows = await read
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
      for (const { id } of rows) views.push(await readChild(read, id, cloud.clock()));
      return views.filter((view) => view !== null);
    },
    child: async (person, student) => {
      const row = await wardOf(person, student);
      return row === undefined ? null : readChild(read, student, cloud.clock());
    },
    receipt: async (person, student, journal) => {
      const row = await wardOf(person, student);
      return row === undefined ? null : readReceipt(cloud, { ...row, student, journal });
    },
    school: (school) => readSchool(read, school, cloud.clock(), cloud.isOnline),
    students: (school) => readStudents(read, school),
    terminals: (school) => readTerminals(read, school, cloud.isOnline),
    merchants: (school) => readMerchants(read, school),
    trialBalance: (school) => readTrialBalance(read, school),
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
