import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";
import { parsePgm } from "./pgm.ts";

const HEADER = /^P5\s(\d+)\s(\d+)\s255\s/;
const HEADER_BYTES_MAX = 32;

/** Pictures written one after the other, as `P5` without comments; ends with the stream. */
export async function* readPgmStream(
  stream: AsyncIterable<Uint8Array>,
  resolutionDpi: number,
): AsyncGenerator<GrayImage> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let wantedBytes = 1;
  for await (const chunk of stream) {
    waiting.push(Buffer.from(chunk));
    waitingBytes += chunk.length;
    if (waitingBytes < wantedBytes) continue;
    let all = Buffer.concat(waiting);
    for (;;) {
      const header = HEADER.exec(all.subarray(0, HEADER_BYTES_MAX).toString("latin1"));
      if (header === null) {
        if (all.length >= HEADER_BYTES_MAX)
          throw new Error("the stream holds something else than P5");
        wantedBytes = all.length + 1;
        break;
      }
      wantedBytes = header[0].length + Number(header[1]) * Number(header[2]);
      if (all.length < wantedBytes) break;
      yield parsePgm(all.subarray(0, wantedBytes), resolutionDpi);
      all = all.subarray(wantedBytes);
    }
    waiting = [all];
    waitingBytes = all.length;
  }
  if (waitingBytes > 0) throw new Error("the stream ends within a picture");
}
