import { type Command, confirmation, type ModuleHands, type Parameters, words } from "./command.ts";
import { bufferNumber } from "./image-commands.ts";
import { decodeFeature, encodeFeature } from "./state.ts";

/** The score a real module gives for a clear match lies around this (R503 trace: 0x60). */
const clearScore = 0x60;

export async function search(
  module: ModuleHands,
  buffer: number,
  range: { readonly start: number; readonly count: number },
): Promise<number | null> {
  await module.work(module.profile.timings.searchMs);
  const wanted = module.memory.buffers.get(buffer);
  const pages = [...module.flash.library.keys()].toSorted((a, b) => a - b);
  const found = pages.find(
    (page) =>
      page >= range.start &&
      page < range.start + range.count &&
      module.flash.library.get(page)?.fingerKey === wanted?.fingerKey,
  );
  module.memory.isLastMatchGood = found !== undefined;
  return found ?? null;
}

async function searchCommand(module: ModuleHands, parameters: Parameters): Promise<void> {
  const range = { start: parameters.word(1), count: parameters.word(3) };
  const page = await search(module, bufferNumber(module, parameters.byte(0)), range);
  if (page === null) await module.acknowledge(confirmation.notFound, words(0, 0));
  else await module.acknowledge(confirmation.ok, words(page, clearScore));
}

async function match(module: ModuleHands): Promise<void> {
  await module.work(module.profile.timings.searchMs);
  const [left, right] = [module.memory.buffers.get(1), module.memory.buffers.get(2)];
  const isSame = left !== undefined && left.fingerKey === right?.fingerKey;
  module.memory.isLastMatchGood = isSame;
  const code = isSame ? confirmation.ok : confirmation.noMatch;
  await module.acknowledge(code, words(isSame ? clearScore : 0));
}

/** RegModel joins every filled buffer and writes the result back to buffers 1 and 2. */
export function combine(module: ModuleHands): boolean {
  const features = [...module.memory.buffers.values()];
  const first = features[0];
  if (first === undefined || features.length < 2) return false;
  if (features.some((feature) => feature.fingerKey !== first.fingerKey)) return false;
  module.memory.buffers.set(1, first);
  module.memory.buffers.set(2, first);
  return true;
}

async function store(module: ModuleHands, parameters: Parameters): Promise<void> {
  const page = parameters.word(1);
  const feature = module.memory.buffers.get(bufferNumber(module, parameters.byte(0)));
  if (page >= module.profile.capacity) return module.acknowledge(confirmation.pageOutOfRange);
  if (feature === undefined) return module.acknowledge(confirmation.templateEmpty);
  await module.work(module.profile.timings.flashMs);
  module.flash.library.set(page, feature);
  await module.acknowledge(confirmation.ok);
}

async function load(module: ModuleHands, parameters: Parameters): Promise<void> {
  const page = parameters.word(1);
  if (page >= module.profile.capacity) return module.acknowledge(confirmation.pageOutOfRange);
  const feature = module.flash.library.get(page);
  if (feature === undefined) return module.acknowledge(confirmation.templateReadError);
  module.memory.buffers.set(bufferNumber(module, parameters.byte(0)), feature);
  await module.acknowledge(confirmation.ok);
}

async function uploadTemplate(module: ModuleHands, parameters: Parameters): Promise<void> {
  const feature = module.memory.buffers.get(bufferNumber(module, parameters.byte(0)));
  if (feature === undefined) return module.acknowledge(confirmation.templateUploadError);
  await module.acknowledge(confirmation.ok);
  await module.sendData(encodeFeature(feature, module.profile));
}

async function downloadTemplate(module: ModuleHands, parameters: Parameters): Promise<void> {
  await module.acknowledge(confirmation.ok);
  const bytes = await module.receiveData(module.profile.templateBytes);
  const feature = bytes === null ? null : decodeFeature(bytes);
  if (feature === null) return;
  module.memory.buffers.set(bufferNumber(module, parameters.byte(0)), feature);
}

async function remove(module: ModuleHands, parameters: Parameters): Promise<void> {
  const [page, count] = [parameters.word(0), parameters.word(2)];
  if (page + count > module.profile.capacity) return module.acknowledge(confirmation.deleteFailed);
  await module.work(module.profile.timings.flashMs);
  for (let i = 0; i < count; i++) module.flash.library.delete(page + i);
  await module.acknowledge(confirmation.ok);
}

/** One bit per library page, 256 pages a table, page 0 in bit 0 of byte 0. */
async function indexTable(module: ModuleHands, parameters: Parameters): Promise<void> {
  const table = parameters.byte(0);
  if (table > 3) return module.acknowledge(confirmation.pageOutOfRange);
  const bits = new Uint8Array(32);
  for (const page of module.flash.library.keys()) {
    const bit = page - table * 256;
    if (bit >= 0 && bit < 256) bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  await module.acknowledge(confirmation.ok, bits);
}

export const templateCommands: readonly Command[] = [
  { opcode: 0x03, name: "Match", parameterBytes: 0, since: "zfm20", run: match },
  { opcode: 0x04, name: "Search", parameterBytes: 5, since: "zfm20", run: searchCommand },
  { opcode: 0x1b, name: "HiSpeedSearch", parameterBytes: 5, since: "zfm20", run: searchCommand },
  {
    opcode: 0x05,
    name: "RegModel",
    parameterBytes: 0,
    since: "zfm20",
    run: (module) =>
      module.acknowledge(combine(module) ? confirmation.ok : confirmation.cannotCombine),
  },
  { opcode: 0x06, name: "Store", parameterBytes: 3, since: "zfm20", run: store },
  { opcode: 0x07, name: "LoadChar", parameterBytes: 3, since: "zfm20", run: load },
  { opcode: 0x08, name: "UpChar", parameterBytes: 1, since: "zfm20", run: uploadTemplate },
  { opcode: 0x09, name: "DownChar", parameterBytes: 1, since: "zfm20", run: downloadTemplate },
  { opcode: 0x0c, name: "DeleteChar", parameterBytes: 4, since: "zfm20", run: remove },
  {
    opcode: 0x0d,
    name: "Empty",
    parameterBytes: 0,
    since: "zfm20",
    run: async (module) => {
      await module.work(module.profile.timings.flashMs);
      module.flash.library.clear();
      await module.acknowledge(confirmation.ok);
    },
  },
  {
    opcode: 0x1d,
    name: "TempleteNum",
    parameterBytes: 0,
    since: "zfm20",
    run: (module) => module.acknowledge(confirmation.ok, words(module.flash.library.size)),
  },
  { opcode: 0x1f, name: "ReadIndexTable", parameterBytes: 1, since: "zfm20", run: indexTable },
];
