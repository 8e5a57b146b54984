import { Hono, type Context } from "hono";
import {
  ID_PATTERN,
  logOrigin,
  noteKeyText,
  toBase64,
  type PublicKey,
  type SchoolId,
} from "@saku/protocol";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { latestCheckpoint } from "../store/checkpoints.ts";
import { consistencyPath } from "../store/log-leaves.ts";
import type { Cloud } from "../office/cloud.ts";
import { addressOf } from "./rate-limit.ts";

const QUESTIONS_PER_MINUTE = 60;
const SIZE_PATTERN = /^(0|[1-9]\d{0,14})$/;

async function checkpoint(c: Context, cloud: Cloud, school: SchoolId): Promise<Response> {
  const { read: db, term } = cloud.store;
  const latest = await latestCheckpoint({ db }, { school, term });
  return latest === null ? c.text("no checkpoint yet\n", 404) : c.text(latest.note);
}

/** Only between signed sizes: a size that nobody was shown needs no proof. */
async function consistency(c: Context, cloud: Cloud, school: SchoolId): Promise<Response> {
  const { read: db, term } = cloud.store;
  const first = c.req.query("first") ?? "";
  const second = c.req.query("second") ?? "";
  const latest = await latestCheckpoint({ db }, { school, term });
  const sizes = { first: Number(first), second: Number(second) };
  if (!SIZE_PATTERN.test(first) || !SIZE_PATTERN.test(second) || sizes.first > sizes.second)
    return c.text("send first and second, two tree sizes\n", 400);
  if (sizes.second > (latest?.size ?? 0)) return c.text("no checkpoint of that size\n", 404);
  const path = await consistencyPath({ db }, school, sizes);
  return c.text(path.map((hash) => `${toBase64(hash)}\n`).join(""));
}

/**
 * What a witness needs: the key, the newest checkpoint, and proofs that one grew out of another [M16]. Public: sizes and
 * hashes say nothing about anybody.
 */
export function logRoutes(cloud: Cloud, publicKey: PublicKey): Hono {
  const app = new Hono();
  const limiter = new RateLimiterMemory({ points: QUESTIONS_PER_MINUTE, duration: 60 });
  const answering =
    (answer: (c: Context, cloud: Cloud, school: SchoolId) => Promise<Response> | Response) =>
    async (c: Context): Promise<Response> => {
      const isWelcome = await limiter.consume(addressOf(c).slice(0, 64)).then(
        () => true,
        () => false,
      );
      if (!isWelcome) return c.text("too many questions: wait a minute\n", 429);
      const school = c.req.param("school") ?? "";
      if (!ID_PATTERN.test(school)) return c.text("no such log\n", 404);
      return answer(c, cloud, school as SchoolId);
    };
  const key = (c: Context, { store }: Cloud, school: SchoolId): Response =>
    c.text(`${noteKeyText({ name: logOrigin({ school, term: store.term }), publicKey })}\n`);
  app.get("/v1/logs/:school/key", answering(key));
  app.get("/v1/logs/:school/checkpoint", answering(checkpoint));
  app.get("/v1/logs/:school/consistency", answering(consistency));
  return app;
}
