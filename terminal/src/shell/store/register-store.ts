import {
  merchantId,
  rupiah,
  studentId,
  type CommandBody,
  type StudentId,
  type UnixMs,
  type ZoneMinutes,
} from "@saku/protocol";
import { z } from "zod";
import type { StallEntry, StudentEntry } from "../../core/directory/directory.ts";
import { integerOf, textOf, type Row } from "./bind.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { countOf, type Sql, type WritableSql } from "./sqlite.ts";

// The local copy of the school's register, kept by commands.

const stallSchema = z.object({
  merchant: z.string(),
  merchantName: z.string(),
  schoolName: z.string(),
  zone: z.number(),
  perSale: z.number(),
  quickKeys: z.array(z.object({ label: z.string(), amount: z.number() })),
});

export async function writeStall(tx: WritableSql, stall: StallEntry): Promise<void> {
  await writeMeta(tx, "stall", JSON.stringify(stall));
}

export async function readStall(sql: Sql): Promise<StallEntry | null> {
  const text = await readMeta(sql, "stall");
  if (text === null) return null;
  const stall = stallSchema.parse(JSON.parse(text));
  return {
    merchant: merchantId(stall.merchant),
    merchantName: stall.merchantName,
    schoolName: stall.schoolName,
    zone: stall.zone as ZoneMinutes,
    perSale: rupiah(stall.perSale),
    quickKeys: stall.quickKeys.map(({ label, amount }) => ({ label, amount: rupiah(amount) })),
  };
}

const STUDENT = `SELECT student.*, coalesce(freeze.is_frozen, 0) AS is_frozen,
    coalesce(consent.state, 'none') AS consent_state, coalesce(consent.version, 0) AS consent_version,
    EXISTS (SELECT 1 FROM vault_item v WHERE v.student = student.student AND v.item = 'fingers') AS has_fingers,
    EXISTS (SELECT 1 FROM vault_item v WHERE v.student = student.student AND v.item = 'pin') AS has_pin
  FROM student LEFT JOIN freeze ON freeze.student = student.student
  LEFT JOIN consent ON consent.student = student.student`;

function studentOf(row: Row): StudentEntry {
  return {
    student: studentId(textOf(row, "student")),
    number: textOf(row, "number"),
    firstName: textOf(row, "first_name"),
    className: textOf(row, "class_name"),
    isActive: integerOf(row, "is_active") === 1,
    isFrozen: integerOf(row, "is_frozen") === 1,
    consent: {
      state: textOf(row, "consent_state") as StudentEntry["consent"]["state"],
      version: integerOf(row, "consent_version"),
    },
    hasFingers: integerOf(row, "has_fingers") === 1,
    hasPin: integerOf(row, "has_pin") === 1,
  };
}

export async function readStudent(sql: Sql, student: StudentId): Promise<StudentEntry | null> {
  const row = await sql.get(`${STUDENT} WHERE student.student = ?`, student);
  return row === undefined ? null : studentOf(row);
}

/** The active child with this number; null when none or, by a mistake of the school, several have it. */
export async function readStudentByNumber(sql: Sql, number: string): Promise<StudentEntry | null> {
  const rows = await sql.all(
    `${STUDENT} WHERE student.number = ? AND student.is_active = 1 LIMIT 2`,
    number,
  );
  const [row, second] = rows;
  return row === undefined || second !== undefined ? null : studentOf(row);
}

export async function readStudents(sql: Sql): Promise<readonly StudentEntry[]> {
  const rows = await sql.all(
    `${STUDENT} WHERE student.is_active = 1 ORDER BY class_name, first_name, student.student`,
  );
  return rows.map(studentOf);
}

export function activeStudentCount(sql: Sql): Promise<number> {
  return countOf(sql, "SELECT count(*) AS n FROM student WHERE is_active = 1");
}

export async function writeStudent(
  tx: WritableSql,
  entry: Extract<CommandBody, { kind: "student" }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO student (student, number, first_name, class_name, is_active) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (student) DO UPDATE SET number = excluded.number, first_name = excluded.first_name,
       class_name = excluded.class_name, is_active = excluded.is_active`,
    entry.student,
    entry.number,
    entry.name,
    entry.className,
    entry.isActive ? 1 : 0,
  );
}

export async function writeFreeze(
  tx: WritableSql,
  student: StudentId,
  isFrozen: boolean,
): Promise<void> {
  await tx.run(
    `INSERT INTO freeze (student, is_frozen) VALUES (?, ?)
     ON CONFLICT (student) DO UPDATE SET is_frozen = excluded.is_frozen`,
    student,
    isFrozen ? 1 : 0,
  );
}

export type ConsentRow = { readonly state: "granted" | "withdrawn"; readonly version: number };

export async function readConsent(sql: Sql, student: StudentId): Promise<ConsentRow | null> {
  const row = await sql.get("SELECT state, version FROM consent WHERE student = ?", student);
  if (row === undefined) return null;
  return {
    state: textOf(row, "state") === "granted" ? "granted" : "withdrawn",
    version: integerOf(row, "version"),
  };
}

export async function writeConsent(
  tx: WritableSql,
  student: StudentId,
  consent: ConsentRow,
): Promise<void> {
  await tx.run(
    `INSERT INTO consent (student, state, version) VALUES (?, ?, ?)
     ON CONFLICT (student) DO UPDATE SET state = excluded.state, version = excluded.version`,
    student,
    consent.state,
    consent.version,
  );
}

/** Notes an applied command. A revision that was there already is refused by the primary key. */
export async function insertCommand(
  tx: WritableSql,
  command: { readonly rev: number; readonly kind: string; readonly at: UnixMs },
  appliedAt: UnixMs,
): Promise<void> {
  await tx.run(
    "INSERT INTO command (rev, kind, at, applied_at) VALUES (?, ?, ?, ?)",
    command.rev,
    command.kind,
    command.at,
    appliedAt,
  );
  await tx.run("UPDATE head SET have = ?", command.rev);
}

/** Forgets the log of commands applied before `beforeMs`; what they said stays. */
export async function pruneCommands(tx: WritableSql, beforeMs: UnixMs): Promise<void> {
  await tx.run("DELETE FROM command WHERE applied_at < ?", beforeMs);
}
