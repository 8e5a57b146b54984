import { planDayGrants, type Share } from "@saku/cloud-broker/core";
import {
  addRupiah,
  leaseId,
  rupiah,
  schoolDay,
  type DeviceId,
  type Rupiah,
  type SchoolDay,
  type Spend,
  type StudentId,
} from "@saku/protocol";
import {
  acceptLease,
  decideSale,
  spendLease,
  type Lease,
  type SaleFacts,
} from "@saku/terminal/core";
import { NO_LIMITS } from "@saku/terminal/core/wallet/child-limits";
import { decideEmergency, emergencyLeft, mayOffer } from "@saku/terminal/core/emergency/emergency";
import { decideSubGrant } from "@saku/terminal/core/hub/sub-grant";
import { DAILY_LIMIT, type CanteenDay, type Pupil, type Wish } from "./canteen-day.ts";

/** What became of a wish: bought with the child's own money, partly lent by the school, or refused. */
export type Outcome =
  { readonly kind: "sold"; readonly lent: Rupiah } | { readonly kind: "refused" };

/** A day's counter under one policy. */
export type Counter = (wish: Wish) => Outcome;

export type Policy = {
  readonly name: string;
  readonly open: (day: CanteenDay) => Counter;
};

const TODAY: SchoolDay = schoolDay(20261123);
const NOTHING: Rupiah = rupiah(0);
const PER_SALE: Rupiah = rupiah(50_000);
const REFUSED: Outcome = { kind: "refused" };
const SOLD: Outcome = { kind: "sold", lent: NOTHING };

/** What the child may spend today: the ledger's answer to both the balance and the limit. */
export function spendable(pupil: Pupil): Rupiah {
  return rupiah(Math.min(pupil.balance, DAILY_LIMIT));
}

/** One terminal's wallet: its leases, kept as the product keeps them. */
class Wallet {
  readonly #leases = new Map<StudentId, Lease[]>();
  #count = 0;

  accept(student: StudentId, amount: Rupiah): void {
    this.#count += 1;
    const lease = leaseId(`lea-${this.#count}`);
    const grant = { lease, student, purse: "snack", day: TODAY, amount } as const;
    this.#leases.set(student, [...this.leasesOf(student), acceptLease(grant)]);
  }

  leasesOf(student: StudentId): readonly Lease[] {
    return this.#leases.get(student) ?? [];
  }

  spend(student: StudentId, spends: readonly Spend[]): void {
    const leases = this.leasesOf(student).map((lease) => {
      const spent = spends.find((spend) => spend.lease === lease.lease);
      return spent === undefined ? lease : spendLease(lease, spent.amount);
    });
    this.#leases.set(student, leases);
  }

  /** The product's decision over a sale; what it sells is taken from the leases. */
  sell(student: StudentId, amount: Rupiah): ReturnType<typeof decideSale> {
    const facts: SaleFacts = {
      perSale: PER_SALE,
      student: { isActive: true, isFrozen: false },
      today: TODAY,
      limits: NO_LIMITS,
      soldToday: NOTHING,
      leases: this.leasesOf(student),
    };
    const decision = decideSale(facts, { student, purse: "snack", amount });
    if (decision.kind === "sell") this.spend(student, decision.spends);
    return decision;
  }
}

type Wallets = ReadonlyMap<DeviceId, Wallet>;

function walletsOf(day: CanteenDay, sharesOf: (pupil: Pupil) => readonly Share[]): Wallets {
  const wallets = new Map(day.stalls.map((stall) => [stall, new Wallet()]));
  for (const pupil of day.pupils)
    for (const { device, amount } of sharesOf(pupil))
      wallets.get(device)?.accept(pupil.student, amount);
  return wallets;
}

function sellFrom(wallets: Wallets, { pupil, stall, amount }: Wish): Outcome {
  return wallets.get(stall)?.sell(pupil.student, amount).kind === "sell" ? SOLD : REFUSED;
}

/** The split that the product makes in the morning [G4] [G5]. */
function productShares(day: CanteenDay, pupil: Pupil, hasHistory: boolean): readonly Share[] {
  return planDayGrants({
    available: pupil.balance,
    limitLeft: DAILY_LIMIT,
    held: new Map(),
    terminals: [pupil.usual, ...day.stalls.filter((stall) => stall !== pupil.usual)],
    hasHistory,
    hub: null,
  });
}

const noOffline: Policy = {
  name: "no sales while offline",
  open: (day) => {
    const wallets = walletsOf(day, () => []);
    return (wish) => sellFrom(wallets, wish);
  },
};

/** The foil: what a till does that trusts the last balance it saw. No line of the product takes part. */
const cached: Policy = {
  name: "cached balance at every stall (naive)",
  open: () => {
    const seen = new Map<string, number>();
    return ({ pupil, stall, amount }) => {
      const key = `${stall} ${pupil.student}`;
      const left = seen.get(key) ?? spendable(pupil);
      if (left < amount) return REFUSED;
      seen.set(key, left - amount);
      return SOLD;
    };
  },
};

const equal: Policy = {
  name: "equal split over six stalls",
  open: (day) => {
    const wallets = walletsOf(day, (pupil) => {
      const amount = rupiah(Math.floor(spendable(pupil) / day.stalls.length));
      return amount === 0 ? [] : day.stalls.map((device) => ({ device, amount }));
    });
    return (wish) => sellFrom(wallets, wish);
  },
};

const usual: Policy = {
  name: "usual-stall split, as the product makes it",
  open: (day) => {
    const wallets = walletsOf(day, (pupil) => productShares(day, pupil, true));
    return (wish) => sellFrom(wallets, wish);
  },
};

/** What the office allows each stall from the school's reserve for children who would go hungry. */
const EMERGENCY = { perSale: rupiah(15_000), perDay: rupiah(300_000) };

/** The reserve pays a meal that the stall's leases do not cover, as long as its allowance lasts. */
const usualWithReserve: Policy = {
  name: "usual-stall split and emergency meals",
  open: (day) => {
    const wallets = walletsOf(day, (pupil) => productShares(day, pupil, true));
    const used = new Map<DeviceId, Rupiah>();
    return (wish) => {
      if (sellFrom(wallets, wish).kind === "sold") return SOLD;
      const usedToday = used.get(wish.stall) ?? NOTHING;
      const facts = {
        isReady: true,
        student: { isActive: true, isFrozen: false },
        ...EMERGENCY,
        usedToday,
      };
      const isOffered = mayOffer("lease-short-offline", emergencyLeft(facts), wish.amount);
      if (!isOffered || decideEmergency(facts, wish.amount).kind !== "serve") return REFUSED;
      used.set(wish.stall, addRupiah(usedToday, wish.amount));
      return { kind: "sold", lent: wish.amount };
    };
  },
};

/** One terminal holds every lease and gives the stalls one-shot sub-grants on the LAN. */
const hub: Policy = {
  name: "hub on the LAN",
  open: (day) => {
    const held = new Wallet();
    for (const pupil of day.pupils)
      for (const { amount } of planDayGrants({
        available: pupil.balance,
        limitLeft: DAILY_LIMIT,
        held: new Map(),
        terminals: day.stalls.slice(0, 1),
        hasHistory: false,
        hub: null,
      }))
        held.accept(pupil.student, amount);
    const wallets = walletsOf(day, () => []);
    return (wish) => sellWithHub(wallets, held, wish);
  },
};

function sellWithHub(wallets: Wallets, held: Wallet, wish: Wish): Outcome {
  const { student } = wish.pupil;
  const wallet = wallets.get(wish.stall);
  const first = wallet?.sell(student, wish.amount);
  if (wallet === undefined || first?.kind !== "short")
    return first?.kind === "sell" ? SOLD : REFUSED;
  const grant = decideSubGrant(
    {
      isHub: true,
      today: TODAY,
      student: { isActive: true, isFrozen: false },
      leases: held.leasesOf(student),
      limits: NO_LIMITS,
      stallUsed: NOTHING,
      before: null,
    },
    { student, purse: "snack", day: TODAY, amount: first.missing, askHash: new Uint8Array(32) },
  );
  if (grant.kind !== "grant") return REFUSED;
  held.spend(student, grant.spends);
  wallet.accept(student, first.missing);
  return sellFrom(wallets, wish);
}

/** In the order of the table. */
export const POLICIES: readonly Policy[] = [noOffline, cached, equal, usual, usualWithReserve, hub];
