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

const BAUD_BEST = 115_200;
const BROKEN_TRANSFERS_MANY = 20;

function sensor(state: string | null, model: string | null): Finding {
  if (state === null) return UNKNOWN;
  if (state === "ready") return fine(model ?? "ada", model ?? "present");
  if (state === "starting")
    return attention(
      text("sedang dicari", "being looked for"),
      text("Tunggu 15 detik, lalu jalankan lagi.", "Wait 15 seconds, then run this again."),
    );
  if (state === "none" || state === "off")
    return attention(
      text("tidak dipasang; hanya PIN", "not fitted; PIN only"),
      text("Isi SAKU_SENSOR_PORT bila ada sensor.", "Set SAKU_SENSOR_PORT if there is a sensor."),
    );
  return broken(
    text(
      "tidak menjawab; penjualan dengan PIN tetap bisa",
      "does not answer; sales by PIN still work",
    ),
    text(
      "Periksa catu daya, GND, dan TX↔RX yang harus bersilang; apakah SAKU_SENSOR_PORT sudah diisi?",
      "Check supply, GND and the crossed TX↔RX; is SAKU_SENSOR_PORT set?",
    ),
  );
}

function baud(rate: number | null): Finding {
  if (rate === null) return UNKNOWN;
  if (rate >= BAUD_BEST) return fine(`${rate}`);
  return attention(
    text(`${rate}: gambar datang lambat`, `${rate}: images come slowly`),
    text(
      "Cabut dan pasang lagi daya sensor sekali; sebagian modul baru menerima laju baru setelah itu.",
      "Cut the sensor's power once; some modules take the new rate only then.",
    ),
  );
}

function noise(brokenTransferCount: number | null): Finding {
  if (brokenTransferCount === null) return UNKNOWN;
  const found = text(
    `${brokenTransferCount} gambar rusak`,
    `${brokenTransferCount} damaged images`,
  );
  if (brokenTransferCount < BROKEN_TRANSFERS_MANY) return { mark: "ok", found };
  return attention(
    found,
    text(
      "Pendekkan kabel sensor, jauhkan dari kabel listrik, beri catu daya sendiri.",
      "Shorten the sensor's cable, keep it off mains wires, give it its own supply.",
    ),
  );
}

function indicator(backend: string | null): Finding {
  if (backend === null) return UNKNOWN;
  if (backend === "onoff") return fine("GPIO");
  return attention(
    text("tanpa lampu dan bel (hanya log)", "no lamps and buzzer (log only)"),
    text(
      "Bila ada GPIO: masukkan pengguna saku ke grup gpio.",
      "If there is GPIO: put the user saku into the group gpio.",
    ),
  );
}

/** What is wired to the terminal. */
export function checkParts(facts: Facts): readonly Verdict[] {
  const isThere = facts.sensorState === "ready";
  return [
    verdict(
      "D10",
      text("Sensor jari", "Finger sensor"),
      sensor(facts.sensorState, facts.sensorModel),
    ),
    ...(isThere
      ? [
          verdict("D11", text("Laju sensor", "Sensor baud"), baud(facts.sensorBaudRate)),
          verdict("D12", text("Kabel sensor", "Sensor cable"), noise(facts.brokenTransferCount)),
        ]
      : []),
    verdict("D13", text("Lampu dan bel", "Lamps and buzzer"), indicator(facts.indicator)),
  ];
}
