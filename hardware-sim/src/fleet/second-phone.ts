import { z } from "zod";
import { readEventStream } from "../stage/event-stream.ts";
import type { ParentNews } from "../stage/fleet-port.ts";
import type { CloudClient } from "./cloud-client.ts";

const childSchema = z.object({
  activity: z.array(
    z.object({ journal: z.string(), kind: z.string(), amount: z.number(), atMs: z.number() }),
  ),
});

export type SecondPhone = {
  readonly cloudUrl: string;
  /** A guardian's own session: streams are counted by session, and the first phone needs its own. */
  readonly guardian: CloudClient;
  readonly students: readonly string[];
};

const RETRY_MS = 800;

/**
 * The guardian's other phone: it hears the same live stream and asks for the same lines as the page, so it knows when
 * the page can show a sale. Follows through kills of the cloud; returns the way to stop.
 */
export function followChildren(phone: SecondPhone, onNews: (news: ParentNews) => void): () => void {
  const stop = new AbortController();
  for (const student of phone.students) void followChild(phone, student, onNews, stop.signal);
  return () => stop.abort();
}

async function followChild(
  phone: SecondPhone,
  student: string,
  onNews: (news: ParentNews) => void,
  signal: AbortSignal,
): Promise<void> {
  let known: ReadonlySet<string> | null = null;
  const look = async (): Promise<void> => {
    const { activity } = childSchema.parse(await phone.guardian.get(`/v1/students/${student}`));
    const seenAtUnixMs = Date.now();
    const fresh = activity.filter(({ journal }) => known !== null && !known.has(journal));
    known = new Set(activity.map(({ journal }) => journal));
    for (const { kind, amount, atMs } of fresh)
      if (kind === "sale")
        onNews({ student, amountRupiah: amount, soldAtUnixMs: atMs, seenAtUnixMs });
  };
  const headers = { accept: "text/event-stream", cookie: phone.guardian.cookie };
  while (!signal.aborted) {
    try {
      const url = `${phone.cloudUrl}/ortu/${student}/langsung`;
      const { ok, body } = await fetch(url, { headers, signal });
      if (ok && body !== null) {
        // What came while nobody listened is news too.
        await look();
        await readEventStream(body, "changed", () => void look().catch(() => undefined));
      }
    } catch {
      // The cloud is down or was killed: the visitor sees that on its switch.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
