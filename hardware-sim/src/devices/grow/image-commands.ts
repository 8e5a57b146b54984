import { hashBytes } from "../../random.ts";
import { type Command, confirmation, type ModuleHands } from "./command.ts";
import type { GrowFeature } from "./state.ts";
import { packLevels, unpackLevels } from "./state.ts";

/** Fewer dark pixels than this and there is nothing to find features in. */
const minimumInkShare = 0.04;

export async function capture(module: ModuleHands): Promise<boolean> {
  const image = module.lookAtGlass();
  const { captureMs, noFingerMs } = module.profile.timings;
  await module.work(image === null ? noFingerMs : captureMs);
  if (image !== null) module.memory.image = image;
  return image !== null;
}

async function captureCommand(module: ModuleHands): Promise<void> {
  const isTaken = await capture(module);
  await module.acknowledge(isTaken ? confirmation.ok : confirmation.noFinger);
}

/** Turns the image buffer into a feature, or names why not. */
export async function extractFeature(module: ModuleHands): Promise<GrowFeature | number> {
  const { image } = module.memory;
  if (image === null) return confirmation.noValidImage;
  await module.work(module.profile.timings.extractMs);
  let inked = 0;
  for (const level of image.levels) if (level < 8) inked++;
  if (inked < image.levels.length * minimumInkShare) return confirmation.tooFewFeatures;
  return { fingerKey: image.fingerKey };
}

/** The manual of the ZFM-20 treats every other buffer number as 2. */
export function bufferNumber(module: ModuleHands, asked: number): number {
  return asked >= 1 && asked <= module.profile.bufferCount ? asked : 2;
}

async function upload(module: ModuleHands): Promise<void> {
  const { image } = module.memory;
  if (image === null) {
    await module.acknowledge(confirmation.imageUploadError);
    return;
  }
  await module.acknowledge(confirmation.ok);
  await module.sendData(packLevels(image.levels));
}

async function download(module: ModuleHands): Promise<void> {
  const { widthPx, heightPx } = module.profile;
  await module.acknowledge(confirmation.ok);
  const packed = await module.receiveData((widthPx * heightPx) / 2);
  if (packed === null) return;
  const fingerKey = `image-${hashBytes(packed).toString(16)}`;
  module.memory.image = { fingerKey, levels: unpackLevels(packed) };
}

export const imageCommands: readonly Command[] = [
  { opcode: 0x01, name: "GenImg", parameterBytes: 0, since: "zfm20", run: captureCommand },
  { opcode: 0x28, name: "GetImageEx", parameterBytes: 0, since: "r503", run: captureCommand },
  { opcode: 0x52, name: "GetImageNoLight", parameterBytes: 0, since: "zfm20", run: captureCommand },
  {
    opcode: 0x02,
    name: "Img2Tz",
    parameterBytes: 1,
    since: "zfm20",
    run: async (module, parameters) => {
      const feature = await extractFeature(module);
      if (typeof feature === "number") {
        await module.acknowledge(feature);
        return;
      }
      module.memory.buffers.set(bufferNumber(module, parameters.byte(0)), feature);
      await module.acknowledge(confirmation.ok);
    },
  },
  { opcode: 0x0a, name: "UpImage", parameterBytes: 0, since: "zfm20", run: upload },
  { opcode: 0x0b, name: "DownImage", parameterBytes: 0, since: "zfm20", run: download },
];
