import { text } from "../language.ts";
import type { Facts } from "./facts.ts";
import {
  attention,
  broken,
  fine,
  UNKNOWN,
  verdict,
  type Finding,
  type Verdict,
} from "./verdict.ts";

const FREE_BROKEN_MB = 200;
const FREE_LOW_MB = 1000;
const FSYNC_SLOW_MS = 100;
const FSYNC_BROKEN_MS = 500;

/** -1, 0 or 1, by the numbers of dotted versions. */
function compareVersions(a: string, b: string): number {
  const numbersOf = (version: string): readonly number[] =>
    version.replace(/^v/, "").split(".").map(Number);
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

const REINSTALL = text(
  "Pasang ulang perangkat lunak Saku; paketnya membawa versi yang benar.",
  "Install the Saku software again; its package brings the right version.",
);

function node(version: string | null): Finding {
  if (version === null) return UNKNOWN;
  if (compareVersions(version, "20.19.0") >= 0 && compareVersions(version, "27.0.0") < 0)
    return fine(version);
  return broken(text(`${version}, perlu 20.19–26`, `${version}, needs 20.19–26`), REINSTALL);
}

/** SQLite withdrew 3.52.0, and releases before 3.51.3 lack the fix of the WAL-reset corruption. */
function sqlite(version: string | null): Finding {
  if (version === null) return UNKNOWN;
  if (compareVersions(version, "3.52.0") === 0 || compareVersions(version, "3.51.3") < 0)
    return broken(
      text(`${version} bisa merusak jurnal`, `${version} can damage the journal`),
      REINSTALL,
    );
  return fine(version);
}

function pragmas(facts: Facts): Finding {
  const { journalMode, synchronous } = facts;
  if (journalMode === null || synchronous === null) return UNKNOWN;
  const isFull = ["2", "full", "3", "extra"].includes(synchronous.toLowerCase());
  if (journalMode.toLowerCase() === "wal" && isFull) return fine("WAL · FULL");
  return broken(
    text(
      `${journalMode} · ${synchronous}: penjualan bisa hilang saat listrik padam`,
      `${journalMode} · ${synchronous}: sales can be lost in a power cut`,
    ),
    REINSTALL,
  );
}

function store(isFailed: boolean | null): Finding {
  if (isFailed === null) return UNKNOWN;
  if (!isFailed) return fine("menulis", "writes");
  return broken(
    text(
      "kartu menolak menulis; terminal berhenti menjual",
      "the card refuses writes; the terminal stopped selling",
    ),
    text(
      "Jangan cabut listrik. Ganti kartu, lalu ikuti runbook D04.",
      "Do not cut the power. Replace the card, then follow runbook D04.",
    ),
  );
}

function disk(freeMegabytes: number | null): Finding {
  if (freeMegabytes === null) return UNKNOWN;
  const free = `${Math.round(freeMegabytes)} MB`;
  const todo = text(
    "Hapus berkas lain dari kartu ini, atau ganti kartu.",
    "Delete other files from this card, or replace it.",
  );
  if (freeMegabytes < FREE_BROKEN_MB) return broken(text(`tinggal ${free}`, `${free} left`), todo);
  if (freeMegabytes < FREE_LOW_MB) return attention(text(`tinggal ${free}`, `${free} left`), todo);
  return fine(`sisa ${free}`, `${free} free`);
}

function fsync(p99Ms: number | null): Finding {
  if (p99Ms === null) return UNKNOWN;
  const took = `p99 ${Math.round(p99Ms)} ms`;
  const todo = text(
    "Kartu lambat atau aus: ganti dengan kartu industri.",
    "The card is slow or worn: use an industrial one.",
  );
  if (p99Ms > FSYNC_BROKEN_MS) return broken(text(took, took), todo);
  return p99Ms > FSYNC_SLOW_MS ? attention(text(took, took), todo) : fine(took);
}

/** "file" keeps a stolen card readable, which is the truth to tell; a credential ties it to the machine. */
function keys(protection: string | null): Finding {
  if (protection === null) return UNKNOWN;
  if (protection === "credential") return fine("terkunci pada mesin ini", "tied to this machine");
  return attention(
    text("berkas biasa: kartu curian bisa dibaca", "a plain file: a stolen card can be read"),
    text("Buat kredensial systemd sebelum klaim.", "Make a systemd credential before the claim."),
  );
}

/** Software, store, card and keys. */
export function checkMachine(facts: Facts): readonly Verdict[] {
  return [
    verdict("D01", text("Node", "Node"), node(facts.nodeVersion)),
    verdict("D02", text("SQLite", "SQLite"), sqlite(facts.sqliteVersion)),
    verdict("D03", text("Jurnal", "Journal"), pragmas(facts)),
    verdict("D04", text("Menulis", "Writing"), store(facts.isStoreFailed)),
    verdict("D05", text("Ruang kartu", "Card space"), disk(facts.freeMegabytes)),
    verdict("D06", text("Kecepatan kartu", "Card speed"), fsync(facts.fsyncP99Ms)),
    verdict("D50", text("Kunci terminal", "Terminal keys"), keys(facts.protection)),
  ];
}
