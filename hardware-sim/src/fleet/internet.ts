import { connect, createServer, type Server, type Socket } from "node:net";

/** A stretch of "internet": a TCP port on loopback that leads to another one, and that can be cut. */
export interface Internet {
  readonly port: number;
  readonly isUp: boolean;
  /** Ends every connection at once and refuses new ones. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Opens a cuttable way to `targetPort` (a function, because the target may restart elsewhere). */
export function openInternet(targetPort: number, listenPort = 0): Promise<Internet> {
  const sockets = new Set<Socket>();
  let isUp = true;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A cut line resets; both ends learn of it by themselves, so there is nothing to do here.
    socket.on("error", () => socket.destroy());
  };

  const server: Server = createServer((near) => {
    if (!isUp) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(targetPort, HOST);
    track(near);
    track(far);
    near.pipe(far);
    far.pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });

  const internet = (port: number): Internet => ({
    port,
    get isUp() {
      return isUp;
    },
    cut() {
      isUp = false;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    restore() {
      isUp = true;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });

  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(listenPort, HOST, () => {
      const address = server.address();
      if (address === null || typeof address === "string")
        reject(new Error("No port for the internet"));
      else resolve(internet(address.port));
    });
  });
}
