import { rupiah, type StudentId } from "@saku/protocol";
import type { LinkStatus, SaleOutcome, VoidOutcome } from "../../core/wallet/sale-desk.ts";
import type { SaveOutcome, Vault } from "../../core/vault/vault.ts";
import type { TerminalSaleDesk } from "../sale-desk/sale-desk.ts";
import { createListenerSet } from "../listener/listener-set.ts";
import type { Database } from "../store/sqlite.ts";
import { checkOperator } from "./claim.ts";
import type { Duty } from "./duty.ts";

/** What the counter holds from the start, although the terminal may be claimed only later. */
export type Front = {
  readonly saleDesk: TerminalSaleDesk;
  readonly vault: Vault;
  readonly link: {
    status(): LinkStatus;
    onChange(listener: () => void): () => void;
  };
  readonly operator: { check(code: string): Promise<boolean> };
  onAcked(listener: (saleIds: readonly string[]) => void): () => void;
  /** The terminal was claimed, or had been: from now on the counter works. */
  attach(duty: Duty): void;
};

const UNCLAIMED: LinkStatus = {
  isOnline: false,
  isStopped: false,
  unsentCount: 0,
  oldestUnsentAtMs: null,
  mode: "red",
};
const NOT_READY: SaleOutcome = { kind: "refused", reason: "terminal-not-ready" };
const NOT_NOW = { kind: "refused", reason: "terminal-not-ready" } as const;
const NO_SALE: VoidOutcome = { kind: "refused", reason: "unknown-sale" };
const NO_KEY: SaveOutcome = { kind: "refused", reason: "no-epoch-key" };

/** Wrong operator codes in a row before the next one has to wait, and how long. */
const OPERATOR_TRIES = 5;
const OPERATOR_PAUSE_MS = 60_000;

export function createFront(database: Database): Front {
  let duty: Duty | null = null;
  const fingers = createListenerSet<[StudentId]>();
  const link = createListenerSet<[]>();
  const acked = createListenerSet<[readonly string[]]>();
  return {
    saleDesk: {
      sell: async (order) => (duty === null ? NOT_READY : duty.desk.sell(order)),
      voidSale: async (saleId, reason) =>
        duty === null ? NO_SALE : duty.desk.voidSale(saleId, reason),
      recentSales: async (limit) => (duty === null ? [] : duty.desk.recentSales(limit)),
      lastUnconfirmedSale: async () => (duty === null ? null : duty.desk.lastUnconfirmedSale()),
      markShown: async (saleId) => duty?.desk.markShown(saleId),
      serveEmergency: async (order) =>
        duty === null ? NOT_READY : duty.desk.serveEmergency(order),
      refund: async (order) => (duty === null ? NOT_NOW : duty.desk.refund(order)),
      cashIn: async (order) => (duty === null ? NOT_NOW : duty.desk.cashIn(order)),
      refundableSales: async (limit) => (duty === null ? [] : duty.desk.refundableSales(limit)),
      closeDay: async (counted) => (duty === null ? NOT_NOW : duty.desk.closeDay(counted)),
      closing: async () => (duty === null ? null : duty.desk.closing()),
      emergencyRoom: async () => (duty === null ? rupiah(0) : duty.desk.emergencyRoom()),
    },
    vault: {
      fingerRecords: async () => (duty === null ? [] : duty.vault.fingerRecords()),
      fingersOf: async (student) => (duty === null ? null : duty.vault.fingersOf(student)),
      onFingersChanged: fingers.add,
      saveFingers: async (record) => (duty === null ? NO_KEY : duty.vault.saveFingers(record)),
      savePin: async (student, pin) => (duty === null ? NO_KEY : duty.vault.savePin(student, pin)),
      checkPin: async (student, pin) => duty !== null && duty.vault.checkPin(student, pin),
    },
    link: { status: () => duty?.link() ?? UNCLAIMED, onChange: link.add },
    operator: { check: operatorCheck(database) },
    onAcked: acked.add,
    attach(next) {
      duty = next;
      next.vault.onFingersChanged(fingers.tell);
      next.onLinkChange(link.tell);
      next.loop.onAcked(acked.tell);
      link.tell();
    },
  };
}

function operatorCheck(database: Database): (code: string) => Promise<boolean> {
  let wrongCount = 0;
  let closedUntilMs = 0;
  return async (code) => {
    const isRight = await checkOperator(database.read, code);
    if (performance.now() < closedUntilMs) return false;
    wrongCount = isRight ? 0 : wrongCount + 1;
    if (wrongCount >= OPERATOR_TRIES) {
      closedUntilMs = performance.now() + OPERATOR_PAUSE_MS;
      wrongCount = 0;
    }
    return isRight;
  };
}
