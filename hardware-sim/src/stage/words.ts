import type { Condition } from "../world.ts";
import type { FingerPosition } from "./fleet-port.ts";
import type { Station } from "./journey.ts";

export type Language = "id" | "en";

export type StageWords = {
  readonly title: string;
  readonly tagline: string;
  readonly skip: string;
  readonly otherLanguage: string;
  readonly hands: string;
  readonly handsHint: string;
  readonly leftHand: string;
  readonly rightHand: string;
  readonly enrolled: string;
  readonly child: string;
  readonly stranger: string;
  readonly conditionTitle: string;
  readonly conditions: Readonly<Record<Condition, string>>;
  readonly fingers: Readonly<Record<FingerPosition, string>>;
  readonly terminal: string;
  readonly sensor: string;
  readonly glassEmpty: string;
  readonly glassTouched: string;
  readonly counterFrame: string;
  readonly phoneFrame: string;
  readonly phone: string;
  readonly noParent: string;
  readonly amount: string;
  readonly amountSelf: string;
  readonly switches: string;
  readonly internet: string;
  readonly internetOn: string;
  readonly internetOff: string;
  readonly cable: string;
  readonly cableOn: string;
  readonly cableOff: string;
  readonly noise: string;
  readonly noiseOn: string;
  readonly noiseOff: string;
  readonly killTerminal: string;
  readonly killCloud: string;
  readonly processOn: string;
  readonly processOff: string;
  readonly terminalDead: string;
  readonly cloudDead: string;
  readonly startAgain: string;
  readonly starting: string;
  readonly timeline: string;
  readonly timelineEmpty: string;
  readonly stations: Readonly<Record<Station, string>>;
  readonly stationHints: Readonly<Record<Station, string>>;
  readonly outcomes: Readonly<Record<"approved" | "refused" | "left", string>>;
  readonly byPin: string;
  readonly attempts: string;
  readonly waitingCloud: string;
  readonly lost: string;
  readonly byNumber: string;
  /** Why a sale was refused; the child's own screen does not say it. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly notices: Readonly<
    Record<"unknown" | "cable-out" | "glass-busy" | "till-busy" | "failed", string>
  >;
};

const indonesian: StageWords = {
  title: "Panggung",
  tagline: "Satu sekolah di satu komputer. Data palsu, perangkat tiruan, program asli.",
  skip: "Langsung ke isi",
  otherLanguage: "English",
  hands: "Tangan",
  handsHint: "Pilih anak, lalu klik ujung jari untuk menempelkannya.",
  leftHand: "Tangan kiri",
  rightHand: "Tangan kanan",
  enrolled: "jari terdaftar",
  child: "Anak",
  stranger: "Orang asing",
  conditionTitle: "Keadaan jari",
  conditions: {
    normal: "Normal",
    dry: "Kering",
    wet: "Basah",
    partial: "Miring",
    shifted: "Geser",
  },
  fingers: {
    "left-little": "Kelingking kiri",
    "left-ring": "Jari manis kiri",
    "left-middle": "Jari tengah kiri",
    "left-index": "Telunjuk kiri",
    "left-thumb": "Jempol kiri",
    "right-thumb": "Jempol kanan",
    "right-index": "Telunjuk kanan",
    "right-middle": "Jari tengah kanan",
    "right-ring": "Jari manis kanan",
    "right-little": "Kelingking kanan",
  },
  terminal: "Terminal",
  sensor: "Kaca sensor",
  glassEmpty: "Kosong",
  glassTouched: "Jari menempel",
  counterFrame: "Layar terminal yang asli",
  phoneFrame: "Halaman orang tua yang asli",
  phone: "HP orang tua",
  noParent: "Belum ada orang tua yang membuka halamannya.",
  amount: "Belanja berikutnya (Rp)",
  amountSelf: "Ketik di terminal",
  switches: "Sakelar",
  internet: "Internet sekolah",
  internetOn: "Tersambung",
  internetOff: "Putus",
  cable: "Kabel sensor",
  cableOn: "Terpasang",
  cableOff: "Tercabut",
  noise: "Sinyal kabel",
  noiseOn: "Byte rusak",
  noiseOff: "Bersih",
  killTerminal: "Terminal",
  killCloud: "Server",
  processOn: "Hidup",
  processOff: "Mati",
  terminalDead: "Terminal dimatikan paksa (kill -9).",
  cloudDead: "Server dimatikan paksa (kill -9).",
  startAgain: "Nyalakan lagi",
  starting: "Menyala…",
  timeline: "Perjalanan satu sentuhan",
  timelineEmpty: "Belum ada. Klik ujung jari yang bertanda untuk jajan pertama.",
  stations: {
    touch: "Sentuh",
    capture: "Ambil",
    transfer: "Kirim",
    extract: "Baca",
    identify: "Kenali",
    decide: "Putuskan",
    ack: "Server",
    phone: "HP",
  },
  stationHints: {
    touch: "menunggu jari",
    capture: "foto oleh sensor",
    transfer: "gambar lewat kabel",
    extract: "cari minutiae",
    identify: "siapa, dari semua",
    decide: "tanda tangan, fsync",
    ack: "dibukukan",
    phone: "terlihat",
  },
  outcomes: { approved: "Berhasil", refused: "Belum bisa", left: "Ditinggal" },
  byPin: "lewat PIN",
  attempts: "tempelan",
  waitingCloud: "menunggu",
  byNumber: "Tanpa jari: nomor {number}, PIN {pin}",
  reasons: {
    "unknown-student": "belum terdaftar",
    frozen: "dibekukan orang tua",
    "over-sale-limit": "terlalu besar",
    funds: "saldo kurang",
    limit: "batas harian",
    "held-elsewhere": "uang di stan lain",
    "lease-short-offline": "internet putus, jatah habis",
    "terminal-not-ready": "terminal belum siap",
    "disk-failed": "disk rusak",
  },
  lost: "Panggung terputus, mencoba lagi",
  notices: {
    unknown: "Jari itu tidak ada.",
    "cable-out": "Kabel sensor sedang tercabut.",
    "glass-busy": "Masih ada jari di kaca.",
    "till-busy": "Terminal menunggu yang lain. Selesaikan di layarnya, atau tekan Batal.",
    failed: "Belum berhasil. Coba sekali lagi.",
  },
};

const english: StageWords = {
  title: "Stage",
  tagline: "One school on one computer. Made-up data, simulated parts, the real programs.",
  skip: "Skip to content",
  otherLanguage: "Bahasa Indonesia",
  hands: "Hands",
  handsHint: "Choose a child, then click a fingertip to put it on the sensor.",
  leftHand: "Left hand",
  rightHand: "Right hand",
  enrolled: "enrolled finger",
  child: "Child",
  stranger: "Stranger",
  conditionTitle: "The finger is",
  conditions: { normal: "Normal", dry: "Dry", wet: "Wet", partial: "Partial", shifted: "Shifted" },
  fingers: {
    "left-little": "Left little finger",
    "left-ring": "Left ring finger",
    "left-middle": "Left middle finger",
    "left-index": "Left index finger",
    "left-thumb": "Left thumb",
    "right-thumb": "Right thumb",
    "right-index": "Right index finger",
    "right-middle": "Right middle finger",
    "right-ring": "Right ring finger",
    "right-little": "Right little finger",
  },
  terminal: "Terminal",
  sensor: "Sensor glass",
  glassEmpty: "Empty",
  glassTouched: "Finger on it",
  counterFrame: "The terminal's real screen",
  phoneFrame: "The parent's real page",
  phone: "Parent's phone",
  noParent: "No parent has the page open yet.",
  amount: "Next purchase (Rp)",
  amountSelf: "Type at the terminal",
  switches: "Switches",
  internet: "School internet",
  internetOn: "Connected",
  internetOff: "Cut",
  cable: "Sensor cable",
  cableOn: "Plugged in",
  cableOff: "Unplugged",
  noise: "Cable signal",
  noiseOn: "Spoils bytes",
  noiseOff: "Clean",
  killTerminal: "Terminal",
  killCloud: "Server",
  processOn: "Running",
  processOff: "Killed",
  terminalDead: "The terminal was killed (kill -9).",
  cloudDead: "The server was killed (kill -9).",
  startAgain: "Start again",
  starting: "Starting…",
  timeline: "The way of one touch",
  timelineEmpty: "Nothing yet. Click a marked fingertip for the first purchase.",
  stations: {
    touch: "Touch",
    capture: "Capture",
    transfer: "Transfer",
    extract: "Extract",
    identify: "Identify",
    decide: "Decide",
    ack: "Server",
    phone: "Phone",
  },
  stationHints: {
    touch: "waiting for a finger",
    capture: "sensor takes a picture",
    transfer: "picture over the cable",
    extract: "find minutiae",
    identify: "who, out of all",
    decide: "sign and fsync",
    ack: "booked",
    phone: "seen",
  },
  outcomes: { approved: "Approved", refused: "Not this time", left: "Left" },
  byPin: "by PIN",
  attempts: "placements",
  waitingCloud: "waiting",
  byNumber: "Without a finger: number {number}, PIN {pin}",
  reasons: {
    "unknown-student": "not registered",
    frozen: "frozen by the parent",
    "over-sale-limit": "too large",
    funds: "balance too low",
    limit: "daily limit",
    "held-elsewhere": "money at another stall",
    "lease-short-offline": "offline, reserve used up",
    "terminal-not-ready": "terminal not ready",
    "disk-failed": "disk failed",
  },
  lost: "Stage disconnected, trying again",
  notices: {
    unknown: "There is no such finger.",
    "cable-out": "The sensor cable is out.",
    "glass-busy": "There still is a finger on the glass.",
    "till-busy": "The terminal waits for something else. Finish it on its screen, or press Cancel.",
    failed: "That did not work. Try once more.",
  },
};

export function wordsOf(language: Language): StageWords {
  return language === "en" ? english : indonesian;
}
