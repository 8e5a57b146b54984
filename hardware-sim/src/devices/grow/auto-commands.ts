import { type Command, confirmation, type ModuleHands, type Parameters, words } from "./command.ts";
import { capture, extractFeature } from "./image-commands.ts";
import { combine, search } from "./template-commands.ts";

/** AutoEnroll and AutoIdentify give up after ten seconds without a finger (R503 manual V1.2.2). */
const autoWaitMs = 10_000;
const autoPollMs = 50;
const enrolCaptures = 6;

/** Waits for the glass to be in the wanted state; false after ten seconds or Cancel. */
async function waitForGlass(module: ModuleHands, hasFinger: boolean): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < autoWaitMs; waitedMs += autoPollMs) {
    if (module.isCancelled()) return false;
    if ((module.lookAtGlass() !== null) === hasFinger) return true;
    await module.idle(autoPollMs);
  }
  return false;
}

async function autoEnrol(module: ModuleHands, parameters: Parameters): Promise<void> {
  const [askedId, mayCover, refuseTwin, tellsSteps, wantsLift] = parameters.bytes;
  const id = askedId === undefined || askedId >= 0xc8 ? freePage(module) : askedId;
  const reply = (code: number, step: number): Promise<void> =>
    module.acknowledge(code, Uint8Array.of(step, id & 0xff));
  if (id >= module.profile.capacity) return reply(confirmation.libraryFull, 0);
  if (mayCover !== 1 && module.flash.library.has(id)) return reply(confirmation.templateEmpty, 0);
  module.memory.buffers.clear();
  for (let placement = 1; placement <= enrolCaptures; placement++) {
    if (wantsLift === 1 && placement > 1) await waitForGlass(module, false);
    if (!(await waitForGlass(module, true))) return reply(confirmation.timeout, placement);
    await capture(module);
    if (tellsSteps === 1) await reply(confirmation.ok, placement * 2 - 1);
    const feature = await extractFeature(module);
    if (typeof feature === "number") return reply(feature, placement * 2);
    module.memory.buffers.set(placement, feature);
    if (tellsSteps === 1) await reply(confirmation.ok, placement * 2);
  }
  const all = { start: 0, count: module.profile.capacity };
  const twin = await search(module, 1, all);
  if (refuseTwin === 1 && twin !== null) return reply(confirmation.alreadyEnrolled, 0x0d);
  const model = module.memory.buffers.get(1);
  if (!combine(module) || model === undefined) return reply(confirmation.cannotCombine, 0x0e);
  module.flash.library.set(id, model);
  await reply(confirmation.ok, 0x0f);
}

function freePage(module: ModuleHands): number {
  let page = 0;
  while (module.flash.library.has(page)) page++;
  return page;
}

async function autoIdentify(module: ModuleHands, parameters: Parameters): Promise<void> {
  const [, start = 0, count = 0, tellsSteps, errorCount = 1] = parameters.bytes;
  const reply = (code: number, step: number, rest: readonly number[] = [0, 0]): Promise<void> =>
    module.acknowledge(code, Uint8Array.of(step, ...words(...rest)));
  for (let attempt = 1; ; attempt++) {
    if (!(await waitForGlass(module, true))) return reply(confirmation.timeout, 1);
    await capture(module);
    if (tellsSteps === 1) await reply(confirmation.ok, 1);
    const feature = await extractFeature(module);
    if (typeof feature !== "number") {
      if (tellsSteps === 1) await reply(confirmation.ok, 2);
      module.memory.buffers.set(1, feature);
      const page = await search(module, 1, { start, count });
      if (page !== null) return reply(confirmation.ok, 3, [page, 0x60]);
    }
    if (errorCount !== 0 && attempt >= errorCount) return reply(confirmation.notFound, 3);
    await waitForGlass(module, false);
  }
}

export const autoCommands: readonly Command[] = [
  { opcode: 0x31, name: "AutoEnroll", parameterBytes: 5, since: "r503", run: autoEnrol },
  { opcode: 0x32, name: "AutoIdentify", parameterBytes: 5, since: "r503", run: autoIdentify },
];
