import { text, type Text } from "../language.ts";
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

const MINUTE_MS = 60_000;
const OUTBOX_OLD_MS = 10 * MINUTE_MS;
const OUTBOX_TOO_OLD_MS = 24 * 60 * MINUTE_MS;
const CLOCK_OFF_MS = 2 * MINUTE_MS;

/** The largest unit that gives a number above one: nobody reads 31353802 seconds. */
function inWords(spanMs: number): Text {
  const seconds = Math.round(Math.abs(spanMs) / 1000);
  if (seconds < 120) return text(`${seconds} detik`, `${seconds} s`);
  if (seconds < 7200)
    return text(`${Math.round(seconds / 60)} menit`, `${Math.round(seconds / 60)} min`);
  const hours = Math.round(seconds / 3600);
  if (hours < 48) return text(`${hours} jam`, `${hours} h`);
  return text(`${Math.round(hours / 24)} hari`, `${Math.round(hours / 24)} days`);
}

function school(id: string | null): Finding {
  if (id !== null) return fine(id);
  return broken(
    text("belum diklaim; belum bisa menjual", "not claimed; cannot sell yet"),
    text("Jalankan: saku claim --terminal URL", "Run: saku claim --terminal URL"),
  );
}

function link(state: string | null): Finding {
  switch (state) {
    case null:
      return UNKNOWN;
    case "online":
      return fine("daring", "online");
    case "unclaimed":
      return attention(
        text("menunggu klaim", "waits for its claim"),
        text("Lihat D20.", "See D20."),
      );
    case "stopped":
      return broken(
        text("dihentikan oleh awan", "stopped by the cloud"),
        text(
          "Terminal dicabut atau kuncinya bercabang: hubungi operator, jangan pasang ulang.",
          "The terminal was revoked or its history forked: call the operator, do not reinstall.",
        ),
      );
    default:
      return attention(
        text(
          `${state === "connecting" ? "sedang menyambung" : "luring"}; penjualan tetap tercatat`,
          `${state}; sales are recorded`,
        ),
        text(
          "Periksa internet sekolah. Kantin boleh tetap berjualan.",
          "Check the school's internet. The canteen may go on selling.",
        ),
      );
  }
}

function outbox(facts: Facts): Finding {
  const { unsentCount, oldestUnsentAtMs, clockNowMs } = facts;
  if (unsentCount === null) return UNKNOWN;
  if (unsentCount === 0 || oldestUnsentAtMs === null || clockNowMs === null)
    return fine(`${unsentCount} belum terkirim`, `${unsentCount} unsent`);
  const ageMs = clockNowMs - oldestUnsentAtMs;
  const age = inWords(Math.max(0, ageMs));
  const found = text(
    `${unsentCount} belum terkirim, tertua ${age.id}`,
    `${unsentCount} unsent, oldest ${age.en}`,
  );
  const todo = text(
    "Sambungkan internet; jangan ganti atau hapus kartu sebelum ini 0.",
    "Connect the internet; do not replace or wipe the card before this is 0.",
  );
  if (ageMs > OUTBOX_TOO_OLD_MS) return broken(found, todo);
  return ageMs > OUTBOX_OLD_MS ? attention(found, todo) : { mark: "ok", found };
}

function quarantine(isQuarantined: boolean | null): Finding {
  if (isQuarantined === null) return UNKNOWN;
  if (!isQuarantined) return fine("tidak ada", "nothing");
  return broken(
    text("awan menahan sebuah catatan", "the cloud holds an event back"),
    text(
      "Uang tidak hilang. Laporkan ke operator dengan nama terminal ini.",
      "No money is lost. Tell the operator this terminal's id.",
    ),
  );
}

function trust(level: string | null): Finding {
  switch (level) {
    case null:
      return UNKNOWN;
    case "server":
    case "ntp":
      return fine(level);
    default:
      return attention(
        text(`belum dipercaya (${level})`, `not trusted yet (${level})`),
        text(
          "Sambungkan internet sekali; pertimbangkan jam RTC (DS3231).",
          "Connect the internet once; consider an RTC (DS3231).",
        ),
      );
  }
}

function drift(clockNowMs: number | null, hereMs: number): Finding {
  if (clockNowMs === null) return UNKNOWN;
  const offMs = clockNowMs - hereMs;
  const off = inWords(offMs);
  if (Math.abs(offMs) <= CLOCK_OFF_MS) return fine(`selisih ${off.id}`, `${off.en} apart`);
  return attention(
    text(
      `${off.id} ${offMs > 0 ? "lebih cepat" : "lebih lambat"} dari komputer ini`,
      `${off.en} ${offMs > 0 ? "ahead of" : "behind"} this computer`,
    ),
    text(
      "Periksa jam kedua mesin; internet membetulkannya.",
      "Check both clocks; the internet sets them.",
    ),
  );
}

function roster(facts: Facts): Finding {
  const { rosterRev, epochCount } = facts;
  if (rosterRev === null || epochCount === null) return UNKNOWN;
  if (rosterRev > 0 && epochCount > 0) return fine(`rev ${rosterRev}`);
  return broken(
    text(
      "belum ada kunci sekolah; pendaftaran jari belum bisa",
      "no school key yet; fingers cannot be enrolled",
    ),
    text("Jalankan saku claim lagi dengan klaim baru.", "Run saku claim again with a new claim."),
  );
}

function stall(hasStall: boolean | null): Finding {
  if (hasStall === null) return UNKNOWN;
  if (hasStall) return fine("ada", "assigned");
  return attention(
    text("belum ada stan", "no stall assigned"),
    text(
      "Pilih stan untuk terminal ini di halaman sekolah.",
      "Choose a stall for this terminal on the school's page.",
    ),
  );
}

/** School, link, clock and the keys that the school gives. `hereMs` is the technician's clock. */
export function checkMembership(facts: Facts, hereMs: number): readonly Verdict[] {
  const isClaimed = facts.school !== null;
  return [
    verdict("D20", text("Sekolah", "School"), school(facts.school)),
    verdict("D21", text("Sambungan", "Connection"), link(facts.linkState)),
    verdict("D22", text("Antrean", "Outbox"), outbox(facts)),
    verdict("D23", text("Ditahan", "Held back"), quarantine(facts.isQuarantined)),
    verdict("D30", text("Kepercayaan jam", "Clock trust"), trust(facts.clockTrust)),
    verdict("D31", text("Selisih jam", "Clock offset"), drift(facts.clockNowMs, hereMs)),
    ...(isClaimed
      ? [
          verdict("D40", text("Daftar terminal", "Terminal list"), roster(facts)),
          verdict("D41", text("Stan", "Stall"), stall(facts.hasStall)),
        ]
      : []),
  ];
}
