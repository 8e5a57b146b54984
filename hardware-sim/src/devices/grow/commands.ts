import { autoCommands } from "./auto-commands.ts";
import { type Command, confirmation, type ModuleHands, readParameters } from "./command.ts";
import { imageCommands } from "./image-commands.ts";
import type { GrowProfile } from "./profiles.ts";
import { settingsCommands } from "./settings-commands.ts";
import { templateCommands } from "./template-commands.ts";

const everyCommand: readonly Command[] = [
  ...imageCommands,
  ...templateCommands,
  ...settingsCommands,
  ...autoCommands,
];

export const cancelOpcode = 0x30;
const verifyPasswordOpcode = 0x13;

export type CommandTable = ReadonlyMap<number, Command>;

/** The opcodes this model knows. */
export function commandTable(profile: GrowProfile): CommandTable {
  const known = everyCommand.filter((command) => profile.isExtended || command.since === "zfm20");
  return new Map(known.map((command) => [command.opcode, command]));
}

/** Runs one received command to its end; `content` is the opcode and its parameters. */
export async function runCommand(
  table: CommandTable,
  module: ModuleHands,
  content: Uint8Array,
): Promise<string> {
  const opcode = content[0];
  const command = opcode === undefined ? undefined : table.get(opcode);
  const isLocked = module.flash.password !== 0 && !module.memory.isUnlocked;
  await module.work(module.profile.timings.replyMs);
  if (isLocked && opcode !== verifyPasswordOpcode) {
    await module.acknowledge(confirmation.passwordNotVerified);
    return "locked";
  }
  if (command === undefined) {
    await module.acknowledge(confirmation.undefinedCommand);
    return "undefined";
  }
  if (content.length !== 1 + command.parameterBytes) {
    await module.acknowledge(confirmation.packetError);
    return command.name;
  }
  await command.run(module, readParameters(content.subarray(1)));
  return command.name;
}
