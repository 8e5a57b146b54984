import { SensorGoneError } from "../sensor.ts";
import {
  BAUD_UNIT,
  CODE_LOCKED,
  CODE_OK,
  CODE_RECEIVE_ERROR,
  CODE_WRONG_PASSWORD,
  PACKET_SIZE_CODE_LARGEST,
  parseParameters,
  parseProduct,
  READ_PARAMETERS,
  READ_PRODUCT,
  VERIFY_PASSWORD,
  WRITE_LARGEST_PACKET_SIZE,
  writeBaud,
} from "./commands.ts";
import type { Exchange } from "./exchange.ts";
import type { Answer, Ask } from "./link.ts";
import { chooseProfile, type GrowModel, type GrowProfile } from "./profiles.ts";

export const BAUD_TARGET = 115_200;

/** How long one knock at one rate may take. Three times a slow module's answer; five rates fit into three seconds. */
const KNOCK_TIMEOUT_MS = 500;
/** Before the first word at a new rate; CircuitPython sleeps 250 ms here. */
const AFTER_BAUD_MS = 300;
/** Two silences in a row are an outage: a child stands at the counter. */
const SILENCE_MAX = 2;
const ATTEMPT_MAX = 4;

/** Asks for the password page with the factory password. True = a GROW module is here and open to us. */
export async function knock(exchange: Exchange): Promise<boolean> {
  const answer = await exchange.ask({ ...VERIFY_PASSWORD, ackTimeoutMs: KNOCK_TIMEOUT_MS });
  if (answer.kind !== "acknowledged") return false;
  if (answer.code === CODE_WRONG_PASSWORD || answer.code === CODE_LOCKED)
    throw new SensorGoneError("password-locked", "The sensor has a password of another owner");
  return answer.code === CODE_OK || answer.code === CODE_RECEIVE_ERROR;
}

/**
 * Asks until there is an acknowledgement, with the two cures that cost nothing: a bad packet or silence is asked again,
 * and a lost login (21, seen in the field after brown-outs: esphome #6128) logs in once more.
 */
export async function askSurely(
  exchange: Exchange,
  ask: Ask,
): Promise<Extract<Answer, { readonly kind: "acknowledged" }>> {
  let hasLoggedIn = false;
  let silenceCount = 0;
  for (let attempt = 1; attempt <= ATTEMPT_MAX && silenceCount < SILENCE_MAX; attempt++) {
    const answer = await exchange.ask(ask);
    if (answer.kind !== "acknowledged") silenceCount++;
    if (answer.kind !== "acknowledged" || answer.code === CODE_RECEIVE_ERROR) continue;
    if (answer.code !== CODE_LOCKED) return answer;
    if (hasLoggedIn || !(await knock(exchange)))
      throw new SensorGoneError("password-locked", "The sensor forgets that we logged in");
    hasLoggedIn = true;
  }
  throw new SensorGoneError("silent", "The sensor does not answer");
}

/** 256 bytes a packet, written only when it differs: it goes into the module's flash. Returns the saved baud rate. */
async function tunePackets(exchange: Exchange): Promise<number | null> {
  const answer = await exchange.ask(READ_PARAMETERS);
  // An R308 does not know the command (FPM #15). Every packet says its own length, so nothing depends on it.
  const parameters = answer.kind === "acknowledged" ? parseParameters(answer.content) : null;
  if (parameters === null) return null;
  if (parameters.packetSizeCode !== PACKET_SIZE_CODE_LARGEST)
    await exchange.ask(WRITE_LARGEST_PACKET_SIZE);
  return parameters.savedBaudRate;
}

/** Two knocks, because the first answer after a change of rate may be swallowed. */
async function knockTwice(exchange: Exchange): Promise<boolean> {
  return (await knock(exchange)) || (await knock(exchange));
}

/**
 * Raises the rate where the module and the line can. Some modules change at once, some only at the next power-up: both
 * rates are tried, and the one that answers stays. A rate that is saved already is not written again.
 */
async function raiseBaud(exchange: Exchange, savedBaudRate: number | null): Promise<void> {
  const { line } = exchange;
  const oldBaudRate = line.baudRate;
  if (!line.canSetBaud || oldBaudRate >= BAUD_TARGET) return;
  if (savedBaudRate === null || savedBaudRate === BAUD_TARGET) return;
  if (savedBaudRate % BAUD_UNIT !== 0) return;
  const answer = await exchange.ask(writeBaud(BAUD_TARGET));
  if (answer.kind === "acknowledged" && answer.code !== CODE_OK) return;
  for (const baudRate of [BAUD_TARGET, oldBaudRate]) {
    await line.setBaud(baudRate);
    await new Promise<void>((resolve) => {
      line.after(AFTER_BAUD_MS, resolve);
    });
    if (await knockTwice(exchange)) return;
  }
  throw new SensorGoneError("silent", "The sensor fell silent after a change of its baud rate");
}

/** Takes a module that answered a knock to its working state, and finds its geometry. */
export async function settleSession(
  exchange: Exchange,
  model: GrowModel | "auto",
): Promise<GrowProfile> {
  const savedBaudRate = await tunePackets(exchange);
  const product = model === "auto" ? await exchange.ask(READ_PRODUCT) : null;
  const isRead = product?.kind === "acknowledged" && product.code === CODE_OK;
  const profile = chooseProfile(model, isRead ? parseProduct(product.content) : null);
  if (profile === null)
    throw new SensorGoneError(
      "wrong-module",
      "The sensor does not tell its image size: name the model in the configuration",
    );
  await raiseBaud(exchange, savedBaudRate);
  return profile;
}
