import {
  addRupiah,
  deviceId,
  incarnation,
  rupiah,
  schoolDay,
  schoolId,
  studentId,
  unixMs,
  type Rupiah,
  type StudentId,
} from "@saku/protocol";
import type { LetterView } from "../../core/reports/letters.ts";
import type {
  ActivityLine,
  ChildView,
  MerchantView,
  SchoolView,
  StudentRow,
  TerminalView,
  TrialBalance,
} from "../../core/reports/views.ts";
import { paperReceipt } from "./paper-receipt.suite.ts";
import { fakeMoney } from "./fake-money.suite.ts";
import type { Account, Office, Order, OrderOutcome, People } from "./office.ts";

/** An office in memory with one small school, for tests of the pages only. */
export type FakeOffice = {
  readonly office: Office;
  readonly people: People;
  /** Orders that really happened, in order. */
  readonly orders: readonly string[];
  changeChild(student: StudentId, change: Partial<ChildView>): void;
  changeSchool(change: { terminals?: readonly TerminalView[]; trial?: TrialBalance }): void;
};

export const MELATI: ReturnType<typeof schoolId> = schoolId("sch-melati");
export const AISYAH: StudentId = studentId("stu-aisyah");
export const BUDI: StudentId = studentId("stu-budi");
export const CITRA: StudentId = studentId("stu-citra");
export const PASSWORD = "kantin bu sri enak";

const TODAY = schoolDay(20261123);
/** 23 November 2026, 10.05 in Jakarta. */
export const AT_1005: ReturnType<typeof unixMs> = unixMs(Date.UTC(2026, 10, 23, 3, 5));

function line(journal: string, minutes: number, part: Partial<ActivityLine>): ActivityLine {
  const atMs = unixMs(AT_1005 + minutes * 60_000);
  return {
    journal,
    kind: "sale",
    amount: rupiah(5_000),
    merchantName: "Kantin Bu Sri",
    method: "finger",
    atMs,
    receivedAtMs: atMs,
    day: TODAY,
    ...part,
  };
}

const DAY_MINUTES = 24 * 60;
const yesterday = schoolDay(20261122);

const ACTIVITY: readonly ActivityLine[] = [
  line("j1", 0, { amount: rupiah(12_000), receivedAtMs: unixMs(AT_1005 + 16 * 60_000) }),
  line("j2", -173, { amount: rupiah(5_000), merchantName: "Koperasi", method: "pin" }),
  line("j3", -200, { kind: "top-up", amount: rupiah(100_000), merchantName: null, method: null }),
  line("j4", -DAY_MINUTES, { amount: rupiah(10_000), day: yesterday }),
  line("j5", 3 - DAY_MINUTES, { kind: "void", amount: rupiah(10_000), day: yesterday }),
  line("j6", -7 - DAY_MINUTES, {
    amount: rupiah(4_000),
    day: yesterday,
    merchantName: "Kantin Pak Joko",
    method: "qr",
  }),
];

function childOf(part: Partial<ChildView> & { student: StudentId; firstName: string }): ChildView {
  return {
    className: "5A",
    schoolName: "SDN Melati 01",
    zone: 420,
    balance: rupiah(87_500),
    atSchool: rupiah(15_000),
    spentToday: rupiah(17_000),
    dailyLimit: rupiah(20_000),
    freeze: { isFrozen: false, waitingFor: [] },
    consent: { state: "granted", version: 1, erasures: [] },
    activity: ACTIVITY,
    today: TODAY,
    ...part,
  };
}

function terminalOf(part: Partial<TerminalView> & { device: string; name: string }): TerminalView {
  return {
    merchantName: "Kantin Bu Sri",
    state: "active",
    isOnline: true,
    lastSeenAtMs: unixMs(Date.now()),
    software: "0.1.0",
    unsentCount: 0,
    heldRupiah: rupiah(145_000),
    isHub: false,
    loss: "none",
    isOnLan: true,
    isAwaited: false,
    ackedEventCount: 412,
    ...part,
  };
}

const LETTERS: readonly LetterView[] = [
  {
    device: deviceId("trm-joko"),
    terminalName: "Kasir 2 · Kantin Pak Joko",
    inc: incarnation("00c0ffee00c0ffee"),
    n: 41,
    hash: "ab".repeat(32),
    reason: "broken-chain",
    receivedAtMs: AT_1005,
    type: "sale",
    amount: rupiah(7_000),
    missingCount: null,
    mayPay: true,
    personsNeeded: 2,
    votes: [{ person: "per-ani", login: "bu.ani", what: "suspense" }],
  },
  {
    device: deviceId("trm-sri"),
    terminalName: "Kasir 1 · Kantin Bu Sri",
    inc: incarnation("00c0ffee00c0ffef"),
    n: 8,
    hash: "cd".repeat(32),
    reason: "bad-signature",
    receivedAtMs: AT_1005,
    type: null,
    amount: null,
    missingCount: null,
    mayPay: false,
    personsNeeded: 2,
    votes: [],
  },
  {
    device: deviceId("trm-kop"),
    terminalName: "Koperasi",
    inc: incarnation("00c0ffee00c0fff0"),
    n: 61,
    hash: "ef".repeat(32),
    reason: "missing",
    receivedAtMs: AT_1005,
    type: null,
    amount: null,
    missingCount: 37,
    mayPay: false,
    personsNeeded: 2,
    votes: [],
  },
];

const TERMINALS: readonly TerminalView[] = [
  terminalOf({ device: "trm-sri", name: "Kasir 1" }),
  terminalOf({
    device: "trm-joko",
    name: "Kasir 2",
    merchantName: "Kantin Pak Joko",
    isOnline: false,
    lastSeenAtMs: unixMs(Date.now() - 6 * 60_000),
    unsentCount: 14,
  }),
  terminalOf({
    device: "trm-kop",
    name: "Koperasi",
    merchantName: "Koperasi",
    state: "quarantined",
  }),
  terminalOf({
    device: "trm-uks",
    name: "UKS",
    merchantName: "Koperasi",
    state: "pending",
    isOnline: false,
    lastSeenAtMs: null,
    software: "",
    heldRupiah: rupiah(0),
  }),
];

const TRIAL: TrialBalance = {
  rows: [
    {
      account: "cash",
      kind: "cash",
      normalSide: "debit",
      debit: rupiah(1_250_000),
      credit: rupiah(0),
      balance: rupiah(1_250_000),
    },
    {
      account: "student",
      kind: "student",
      normalSide: "credit",
      debit: rupiah(680_000),
      credit: rupiah(1_250_000),
      balance: rupiah(570_000),
    },
    {
      account: "escrow: Kasir 1",
      kind: "escrow",
      normalSide: "credit",
      debit: rupiah(412_000),
      credit: rupiah(680_000),
      balance: rupiah(268_000),
    },
    {
      account: "merchant: Kantin Bu Sri",
      kind: "merchant",
      normalSide: "credit",
      debit: rupiah(0),
      credit: rupiah(412_000),
      balance: rupiah(412_000),
    },
  ],
  debitTotal: rupiah(2_342_000),
  creditTotal: rupiah(2_342_000),
  isBalanced: true,
};

const GUARDIAN: Account = {
  person: "per-ibu",
  login: "ibu.aisyah",
  role: "guardian",
  school: null,
};
const OTHER: Account = { person: "per-pak", login: "pak.joko", role: "guardian", school: null };
const ADMIN: Account = {
  person: "per-tu",
  login: "tu.melati",
  role: "school-admin",
  school: MELATI,
};
const ELSEWHERE: Account = {
  person: "per-x",
  login: "tu.mawar",
  role: "school-admin",
  school: schoolId("sch-mawar"),
};

type State = {
  readonly children: Map<StudentId, ChildView>;
  readonly wards: Map<string, readonly StudentId[]>;
  readonly numbers: Map<StudentId, string>;
  merchants: MerchantView[];
  terminals: readonly TerminalView[];
  trial: TrialBalance;
  readonly listeners: Set<{ student: StudentId | null; tell: () => void }>;
  readonly answered: Map<
    string,
    { readonly body: string; readonly outcome: OrderOutcome<unknown> }
  >;
  readonly orders: string[];
  readonly letters: readonly LetterView[];
};

function firstState(): State {
  const children = [
    childOf({ student: AISYAH, firstName: "Aisyah" }),
    childOf({
      student: BUDI,
      firstName: "Budi",
      className: "2C",
      balance: rupiah(32_000),
      atSchool: rupiah(0),
      spentToday: rupiah(0),
      dailyLimit: null,
      activity: [],
      consent: { state: "waiting", version: 0, erasures: [] },
    }),
    childOf({
      student: CITRA,
      firstName: "Citra",
      className: "4B",
      consent: { state: "not-asked", version: 0, erasures: [] },
    }),
  ];
  return {
    children: new Map(children.map((child) => [child.student, child])),
    wards: new Map([
      [GUARDIAN.person, [AISYAH, BUDI]],
      [OTHER.person, [CITRA]],
    ]),
    numbers: new Map([
      [AISYAH, "0451"],
      [BUDI, "0712"],
      [CITRA, "0533"],
    ]),
    merchants: [
      { merchant: "mer-sri", name: "Kantin Bu Sri", terminalCount: 1, payable: rupiah(287_000) },
      { merchant: "mer-joko", name: "Kantin Pak Joko", terminalCount: 1, payable: rupiah(125_000) },
    ],
    terminals: TERMINALS,
    letters: LETTERS,
    trial: TRIAL,
    listeners: new Set(),
    answered: new Map(),
    orders: [],
  };
}

export function createFakeOffice(): FakeOffice {
  const state = firstState();
  const changeChild = (student: StudentId, change: Partial<ChildView>): void => {
    const child = state.children.get(student);
    if (child !== undefined) state.children.set(student, { ...child, ...change });
    for (const listener of state.listeners)
      if (listener.student === null || listener.student === student) listener.tell();
  };
  return {
    office: {
      reading: readingOf(state),
      writing: writingOf(state, changeChild),
      letters: lettersOf(state),
      money: fakeMoney(MELATI, state.orders),
      onChildChanged: (student, tell) => listen(state, student, tell),
      onSchoolChanged: (_school, tell) => listen(state, null, tell),
    },
    people: createFakePeople(state),
    orders: state.orders,
    changeChild,
    changeSchool(change) {
      if (change.terminals !== undefined) state.terminals = change.terminals;
      if (change.trial !== undefined) state.trial = change.trial;
      for (const listener of state.listeners) listener.tell();
    },
  };
}

function listen(state: State, student: StudentId | null, tell: () => void): () => void {
  const listener = { student, tell };
  state.listeners.add(listener);
  return () => {
    state.listeners.delete(listener);
  };
}

function readingOf(state: State): Office["reading"] {
  const rowOf = (child: ChildView): StudentRow => ({
    student: child.student,
    number: state.numbers.get(child.student) ?? "0000",
    firstName: child.firstName,
    className: child.className,
    balance: child.balance,
    atSchool: child.atSchool,
    consent: child.consent.state,
    isFrozen: child.freeze.isFrozen,
    isEnrolled: child.consent.state === "granted",
    guardianCount: [...state.wards.values()].filter((all) => all.includes(child.student)).length,
  });
  const isWard = (person: string, student: StudentId): boolean =>
    state.wards.get(person)?.includes(student) === true;
  const school: SchoolView = {
    school: MELATI,
    name: "SDN Melati 01",
    zone: 420,
    today: TODAY,
    saleCountToday: 412,
    saleTotalToday: rupiah(3_214_500),
    topUpTotalToday: rupiah(1_250_000),
    studentCount: 3,
    consentGrantedCount: 1,
    terminals: [],
    emergency: { perSale: rupiah(15_000), perDay: rupiah(300_000) },
    isBalanced: true,
  };
  return {
    childrenOf: async (person) =>
      (state.wards.get(person) ?? []).flatMap((student) => state.children.get(student) ?? []),
    child: async (person, student) =>
      isWard(person, student) ? (state.children.get(student) ?? null) : null,
    receipt: async (person, student, journal) => {
      const line = state.children.get(student)?.activity.find((each) => each.journal === journal);
      return isWard(person, student) && line !== undefined ? paperReceipt(line) : null;
    },
    school: async (id) =>
      id === MELATI
        ? { ...school, terminals: state.terminals, isBalanced: state.trial.isBalanced }
        : { ...school, school: id, name: "SDN Mawar", terminals: [], studentCount: 0 },
    students: async (id) => (id === MELATI ? [...state.children.values()].map(rowOf) : []),
    terminals: async () => state.terminals,
    merchants: async (id) => (id === MELATI ? state.merchants : []),
    trialBalance: async () => state.trial,
  };
}

function writingOf(state: State, changeChild: FakeOffice["changeChild"]): Office["writing"] {
  async function once<T>(order: Order, body: string, act: () => T): Promise<OrderOutcome<T>> {
    const name = `${order.actor.person} ${order.idempotencyKey}`;
    const before = state.answered.get(name);
    if (before !== undefined)
      return before.body === body
        ? (before.outcome as OrderOutcome<T>)
        : { kind: "refused", reason: "key-reused-with-other-body", detail: "key reused" };
    const outcome: OrderOutcome<T> = { kind: "done", value: act() };
    state.answered.set(name, { body, outcome });
    state.orders.push(body);
    return outcome;
  }
  const mayTouch = (order: Order, student: StudentId): boolean =>
    order.actor.role === "school-admin" ||
    state.wards.get(order.actor.person)?.includes(student) === true;
  const notFound = { kind: "refused", reason: "not-found", detail: "no such child" } as const;
  const about = async <T>(
    order: Order,
    student: StudentId,
    body: string,
    act: () => T,
  ): Promise<OrderOutcome<T>> => (mayTouch(order, student) ? once(order, body, act) : notFound);
  return {
    setFrozen: (order, student, isFrozen) =>
      about(order, student, `freeze ${student} ${isFrozen}`, () => {
        changeChild(student, {
          freeze: { isFrozen, waitingFor: isFrozen ? ["Kantin Bu Sri"] : [] },
        });
        return null;
      }),
    setDailyLimit: (order, student, dailyLimit) =>
      about(order, student, `limit ${student} ${dailyLimit}`, () => {
        changeChild(student, { dailyLimit });
        return null;
      }),
    setConsent: (order, student, consent) =>
      about(order, student, `consent ${student} ${consent}`, () => {
        const erasures =
          consent === "withdrawn"
            ? [
                { terminalName: "Kasir 1 · Kantin Bu Sri", erasedAtMs: AT_1005 },
                { terminalName: "Kasir 2 · Kantin Pak Joko", erasedAtMs: null },
              ]
            : [];
        changeChild(student, { consent: { state: consent, version: 2, erasures } });
        return null;
      }),
    addStudent: async (order, _school, { number, firstName, className }) => {
      if ([...state.numbers.values()].includes(number))
        return { kind: "refused", reason: "already-exists", detail: "number" };
      return once(order, `student ${number}`, () => {
        const student = studentId(`stu-${number}`);
        state.numbers.set(student, number);
        state.children.set(student, {
          ...childOf({ student, firstName, className }),
          balance: rupiah(0),
          consent: { state: "not-asked", version: 0, erasures: [] },
        });
        return { student };
      });
    },
    inviteGuardian: (order, student) =>
      about(order, student, `invite ${student}`, () => ({
        token: "undangan-untuk-tes-1234567890",
      })),
    inviteColleague: (order) =>
      once(order, "invite colleague", () => ({ token: "undangan-untuk-tes-1234567890" })),
    topUpCash: (order, student, amount) =>
      about(order, student, `top-up ${student} ${amount}`, () => {
        const balance: Rupiah = addRupiah(
          state.children.get(student)?.balance ?? rupiah(0),
          amount,
        );
        changeChild(student, { balance });
        return { journal: `top-${state.orders.length}` };
      }),
    addMerchant: (order, _school, name) =>
      once(order, `merchant ${name}`, () => {
        const merchant = `mer-${state.merchants.length + 1}`;
        state.merchants.push({ merchant, name, terminalCount: 0, payable: rupiah(0) });
        return { merchant };
      }),
    createClaim: (order, _school, { merchant, terminalName }) =>
      once(order, `claim ${merchant} ${terminalName}`, () => ({
        claim: "7f3a-92kd-bq41-xw0e-h8mz",
        expiresAtMs: AT_1005 + 15 * 60_000,
      })),
    setLimit: (order, student, { scope }) => once(order, `limit ${student} ${scope}`, () => null),
    declareLost: (order, device) => once(order, `lost ${device}`, () => null),
    confirmLost: (order, device) => once(order, `confirm ${device}`, () => null),
    orderWriteOff: (order, device) => once(order, `write off ${device}`, () => null),
    setHub: (order, _school, hub) =>
      once(order, `hub ${hub ?? ""}`, () => {
        state.terminals = state.terminals.map((terminal) => ({
          ...terminal,
          isHub: terminal.device === hub,
        }));
        return null;
      }),
    setEmergency: (order, _school, { perSale, perDay }) =>
      once(order, `emergency ${perSale} ${perDay}`, () => null),
    revokeTerminal: (order, device) =>
      once(order, `revoke ${device}`, () => {
        state.terminals = state.terminals.map((terminal) =>
          terminal.device === device
            ? { ...terminal, state: "revoked", isOnline: false }
            : terminal,
        );
        return null;
      }),
  };
}

function lettersOf(state: State): Office["letters"] {
  const done = async (body: string) => {
    state.orders.push(body);
  };
  return {
    waiting: async (id) => (id === MELATI ? state.letters : []),
    decide: async (_order, { n }, what) => {
      await done(`letter ${n} ${what}`);
      return { kind: "done", value: { isDecided: false } };
    },
    rotateKey: async (_order, device) => {
      await done(`rotate ${device}`);
      return { kind: "done", value: null };
    },
    clearTerminal: async (_order, device) => {
      await done(`clear ${device}`);
      return { kind: "done", value: null };
    },
  };
}

function createFakePeople(state: State): People {
  const accounts = [GUARDIAN, OTHER, ADMIN, ELSEWHERE];
  const passwords = new Map<string, string>();
  const sessions = new Map<string, Account>();
  return {
    foundSchool: async ({ setupToken }) =>
      setupToken === "setup-token-1234"
        ? { kind: "done", value: { school: MELATI, person: ADMIN.person } }
        : { kind: "refused", reason: "not-allowed", detail: "set-up token" },
    acceptInvitation: async ({ token, login, password }) => {
      if (token !== "undangan-untuk-tes-1234567890")
        return { kind: "refused", reason: "not-found", detail: "invitation" };
      const person = `per-${login}`;
      passwords.set(login, password);
      accounts.push({ person, login, role: "guardian", school: null });
      state.wards.set(person, [AISYAH]);
      return { kind: "done", value: { person } };
    },
    signIn: async (login, password) => {
      const account = accounts.find((one) => one.login === login);
      const right = passwords.get(login) ?? PASSWORD;
      if (account === undefined || password !== right) return null;
      const session = `session-${sessions.size}-${account.person}`;
      sessions.set(session, account);
      return { session, account };
    },
    accountOf: async (session) => sessions.get(session) ?? null,
    signOut: async (session) => {
      sessions.delete(session);
    },
  };
}
