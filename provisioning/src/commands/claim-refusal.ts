import { text } from "../language.ts";
import { CommandError } from "../outcome.ts";
import { AnswerError } from "../shell/http.ts";

const NEW_CLAIM = text(
  "Klaim hanya berlaku 15 menit dan satu kali: buat yang baru di halaman sekolah.",
  "A claim works once and for 15 minutes: make a new one on the school's page.",
);

/** The sentence for a refusal of the terminal or the cloud, named by the refusing side's own word. */
function known(word: string): CommandError | null {
  switch (word) {
    case "other-school":
      return new CommandError(
        "C03",
        text("Terminal ini milik sekolah lain.", "This terminal belongs to another school."),
        {
          todo: text(
            "Periksa --keyring. Terminal bekas harus dilepas dulu oleh sekolah lamanya.",
            "Check --keyring. A used terminal must first be released by its old school.",
          ),
        },
      );
    case "wrong-operator-code":
      return new CommandError(
        "C04",
        text("Kode operator terminal salah.", "The terminal's operator code is wrong."),
      );
    case "cloud-away":
      return new CommandError(
        "C05",
        text(
          "Terminal tidak bisa mencapai awan, atau klaim ditolak awan.",
          "The terminal cannot reach the cloud, or the cloud refused the claim.",
        ),
        {
          todo: text(
            "Periksa internet terminal dan alamat --cloud; bila baik, buat klaim baru di halaman sekolah.",
            "Check the terminal's internet and --cloud; if both are fine, make a new claim on the school's page.",
          ),
        },
      );
    case "refused-by-cloud":
    case "cloud-answer":
      return new CommandError("C06", text("Awan menolak klaim.", "The cloud refused the claim."), {
        todo: NEW_CLAIM,
      });
    case "older-keyring":
      return new CommandError(
        "R03",
        text(
          "Berkas kunci ini lebih tua dari daftar terminal.",
          "This keyring file is older than the list of terminals.",
        ),
        { todo: text("Pakai salinan yang terbaru.", "Use the newest copy.") },
      );
    default:
      return null;
  }
}

/** Makes what a technician reads of a refusal; anything else passes through unchanged. */
export function claimRefusal(cause: unknown): unknown {
  if (typeof cause === "string") return known(cause) ?? cause;
  if (!(cause instanceof AnswerError)) return cause;
  const word = known(cause.code);
  if (word !== null) return word;
  const isStranger = cause.status === 401 || cause.status === 403;
  const said = `${cause.status} ${cause.code} ${cause.sentence}`.trim();
  return new CommandError(
    isStranger ? "C06" : "C07",
    text(`Permintaan ditolak (${said}).`, `The request was refused (${said}).`),
    isStranger ? { todo: NEW_CLAIM } : {},
  );
}
