import type { AskId, UpFrame } from "@saku/protocol";
import type { Database } from "../store/sqlite.ts";
import { readVaultOutbox, removeFromVaultOutbox } from "../store/vault-store.ts";

/** Carries sealed items to the cloud until each has its `vault-ack`; a few at a time, again after a while. */
export interface VaultCourier {
  /** Sends what waits and is not under way on this connection. */
  carry(send: (frame: UpFrame) => void): Promise<void>;
  acknowledged(ask: AskId): Promise<void>;
  /** A new connection, or patience is over: everything is due again. */
  restart(): void;
}

const AT_ONCE = 4;

export function createVaultCourier(database: Database): VaultCourier {
  const underWay = new Set<AskId>();
  return {
    async carry(send) {
      for (const { ask, item } of await readVaultOutbox(database.read, AT_ONCE)) {
        if (underWay.has(ask)) continue;
        underWay.add(ask);
        send({ t: "vault", ask, item });
      }
    },
    async acknowledged(ask) {
      underWay.delete(ask);
      await database.transaction((tx) => removeFromVaultOutbox(tx, ask));
    },
    restart() {
      underWay.clear();
    },
  };
}
