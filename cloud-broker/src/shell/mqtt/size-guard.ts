import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { FRAME_SIZE_MAX } from "@saku/protocol";

/** CONNECT carries a client id, a user name and a password of 150 characters. */
export const CONNECT_SIZE_MAX = 1_024;
/** A frame, its topic and its packet id. */
export const PACKET_SIZE_MAX: number = FRAME_SIZE_MAX + 128;
const CONNECT_TYPE = 1;

export type HeaderFault = "not-connect" | "too-large" | "bad-length";

/**
 * Reads nothing but MQTT fixed headers (3.1.1 §2.2) from a stream and says when a packet may not come. Aedes itself has no
 * limit: one socket that announces 200 MB would be given 200 MB before it ever logged in.
 */
export function createHeaderGuard(): { feed(chunk: Uint8Array): HeaderFault | null } {
  let isFirst = true;
  let bodyLeft = 0;
  let length = 0;
  let lengthBytes = -1;

  function header(byte: number): HeaderFault | null {
    if (lengthBytes < 0) {
      lengthBytes = 0;
      length = 0;
      return isFirst && byte >> 4 !== CONNECT_TYPE ? "not-connect" : null;
    }
    length += (byte & 127) * 128 ** lengthBytes;
    lengthBytes += 1;
    if (length > (isFirst ? CONNECT_SIZE_MAX : PACKET_SIZE_MAX)) return "too-large";
    if (byte & 128) return lengthBytes === 4 ? "bad-length" : null;
    bodyLeft = length;
    lengthBytes = -1;
    isFirst = false;
    return null;
  }

  return {
    feed(chunk) {
      let offset = 0;
      while (offset < chunk.length) {
        if (bodyLeft > 0) {
          const step = Math.min(bodyLeft, chunk.length - offset);
          bodyLeft -= step;
          offset += step;
          continue;
        }
        const fault = header(chunk[offset] ?? 0);
        if (fault !== null) return fault;
        offset += 1;
      }
      return null;
    },
  };
}

/** The socket as the broker may see it: it ends at the first fault, and nothing of the faulty chunk gets through. */
export function guardSocket(socket: Socket, onFault: (fault: HeaderFault) => void): Duplex {
  const guard = createHeaderGuard();
  const guarded = new Duplex({
    allowHalfOpen: false,
    read: () => void socket.resume(),
    write: (chunk: Uint8Array, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.pause();
  socket.on("data", (chunk) => {
    const fault = guard.feed(chunk);
    if (fault !== null) {
      onFault(fault);
      socket.destroy();
      guarded.destroy();
      return;
    }
    if (!guarded.push(chunk)) socket.pause();
  });
  socket.on("end", () => guarded.push(null));
  socket.on("error", () => guarded.destroy());
  socket.on("close", () => guarded.destroy());
  return guarded;
}
