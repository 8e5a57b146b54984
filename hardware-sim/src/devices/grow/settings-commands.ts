import {
  asciiField,
  type Command,
  confirmation,
  type ModuleHands,
  type Parameters,
  words,
} from "./command.ts";
import { packetSizes, type RingState, ringOff, statusWord } from "./state.ts";

const allowedBaudFactors: readonly number[] = [1, 2, 3, 4, 5, 6, 12];

async function setParameter(module: ModuleHands, parameters: Parameters): Promise<void> {
  const { flash } = module;
  const value = parameters.byte(1);
  switch (parameters.byte(0)) {
    case 4:
      if (!allowedBaudFactors.includes(value)) break;
      flash.baudFactor = value;
      await module.acknowledge(confirmation.ok);
      // The reply still leaves at the old rate.
      if (module.profile.baudChange === "immediate") module.applyBaudRate();
      return;
    case 5:
      if (value < 1 || value > 5) break;
      flash.securityLevel = value;
      return module.acknowledge(confirmation.ok);
    case 6:
      if (packetSizes[value] === undefined) break;
      flash.packetSizeCode = value;
      return module.acknowledge(confirmation.ok);
    default:
      return module.acknowledge(confirmation.badRegister);
  }
  await module.acknowledge(confirmation.badRegisterValue);
}

/** status, system id, capacity, security, address, packet size code, baud factor. */
export function systemParameters(module: ModuleHands): Uint8Array {
  const { flash, memory, profile } = module;
  return words(
    statusWord(flash, memory),
    profile.systemId,
    profile.capacity,
    flash.securityLevel,
    flash.address >>> 16,
    flash.address,
    flash.packetSizeCode,
    flash.baudFactor,
  );
}

function productInformation(module: ModuleHands): Uint8Array {
  const { profile } = module;
  const text = [
    asciiField(profile.model, 16),
    asciiField("2210", 4),
    asciiField("SIM00001", 8),
    Uint8Array.of(1, 1),
    asciiField("GROW", 8),
    words(profile.widthPx, profile.heightPx, profile.templateBytes, profile.capacity),
  ];
  return Uint8Array.from(text.flatMap((field) => [...field]));
}

const ringControls: Readonly<Record<number, RingState["control"]>> = {
  1: "breathing",
  2: "flashing",
  3: "steady",
  4: "off",
  5: "fade-in",
  6: "fade-out",
};
const ringColours: Readonly<Record<number, RingState["colour"]>> = {
  1: "red",
  2: "blue",
  3: "purple",
  4: "green",
  5: "yellow",
  6: "cyan",
  7: "white",
};

async function setRing(module: ModuleHands, parameters: Parameters): Promise<void> {
  const control = ringControls[parameters.byte(0)];
  const colour = ringColours[parameters.byte(2)];
  if (control === undefined || colour === undefined) {
    return module.acknowledge(confirmation.badRegisterValue);
  }
  module.setRing({ control, colour, speed: parameters.byte(1), count: parameters.byte(3) });
  await module.acknowledge(confirmation.ok);
}

const light =
  (isOn: boolean): Command["run"] =>
  (module) => {
    module.setRing(isOn ? { ...ringOff, control: "steady" } : ringOff);
    return module.acknowledge(confirmation.ok);
  };

const ok: Command["run"] = (module) => module.acknowledge(confirmation.ok);

const identity: readonly Command[] = [
  {
    opcode: 0x13,
    name: "VfyPwd",
    parameterBytes: 4,
    since: "zfm20",
    run: (module, parameters) => {
      const isRight = parameters.long(0) === module.flash.password;
      if (isRight) module.memory.isUnlocked = true;
      return module.acknowledge(isRight ? confirmation.ok : confirmation.wrongPassword);
    },
  },
  {
    opcode: 0x12,
    name: "SetPwd",
    parameterBytes: 4,
    since: "zfm20",
    run: (module, parameters) => {
      module.flash.password = parameters.long(0);
      return module.acknowledge(confirmation.ok);
    },
  },
  {
    opcode: 0x15,
    name: "SetAdder",
    parameterBytes: 4,
    since: "zfm20",
    run: (module, parameters) => {
      // The acknowledgement already carries the new address.
      module.flash.address = parameters.long(0);
      return module.acknowledge(confirmation.ok);
    },
  },
];

const notepad: readonly Command[] = [
  {
    opcode: 0x18,
    name: "WriteNotepad",
    parameterBytes: 33,
    since: "zfm20",
    run: async (module, parameters) => {
      const page = module.flash.notepad[parameters.byte(0)];
      page?.set(parameters.bytes.subarray(1));
      await module.acknowledge(page ? confirmation.ok : confirmation.badNotepadPage);
    },
  },
  {
    opcode: 0x19,
    name: "ReadNotepad",
    parameterBytes: 1,
    since: "zfm20",
    run: async (module, parameters) => {
      const page = module.flash.notepad[parameters.byte(0)];
      await module.acknowledge(page ? confirmation.ok : confirmation.badNotepadPage, page);
    },
  },
];

const information: readonly Command[] = [
  {
    opcode: 0x0f,
    name: "ReadSysPara",
    parameterBytes: 0,
    since: "zfm20",
    run: (module) => module.acknowledge(confirmation.ok, systemParameters(module)),
  },
  {
    opcode: 0x14,
    name: "GetRandomCode",
    parameterBytes: 0,
    since: "zfm20",
    run: (module) =>
      module.acknowledge(
        confirmation.ok,
        words(module.random.below(0x10000), module.random.below(0x10000)),
      ),
  },
  {
    opcode: 0x16,
    name: "ReadInfPage",
    parameterBytes: 0,
    since: "r503",
    run: async (module) => {
      await module.acknowledge(confirmation.ok);
      const page = new Uint8Array(512).fill(0xff);
      page.set(systemParameters(module));
      await module.sendData(page);
    },
  },
  {
    opcode: 0x39,
    name: "GetAlgVer",
    parameterBytes: 0,
    since: "r503",
    run: (module) => module.acknowledge(confirmation.ok, asciiField("SIM_ALG_1.0", 32)),
  },
  {
    opcode: 0x3a,
    name: "GetFwVer",
    parameterBytes: 0,
    since: "r503",
    run: (module) => module.acknowledge(confirmation.ok, asciiField("SIM_FW_1.0", 32)),
  },
  {
    opcode: 0x3c,
    name: "ReadProdInfo",
    parameterBytes: 0,
    since: "r503",
    run: (module) => module.acknowledge(confirmation.ok, productInformation(module)),
  },
];

export const settingsCommands: readonly Command[] = [
  ...identity,
  ...notepad,
  ...information,
  { opcode: 0x0e, name: "SetSysPara", parameterBytes: 2, since: "zfm20", run: setParameter },
  { opcode: 0x35, name: "AuraLedConfig", parameterBytes: 4, since: "r503", run: setRing },
  { opcode: 0x36, name: "CheckSensor", parameterBytes: 0, since: "r503", run: ok },
  { opcode: 0x40, name: "HandShake", parameterBytes: 0, since: "r503", run: ok },
  { opcode: 0x30, name: "Cancel", parameterBytes: 0, since: "r503", run: ok },
  { opcode: 0x33, name: "Standby", parameterBytes: 0, since: "r503", run: ok },
  { opcode: 0x50, name: "OpenLight", parameterBytes: 0, since: "zfm20", run: light(true) },
  { opcode: 0x51, name: "CloseLight", parameterBytes: 0, since: "zfm20", run: light(false) },
  {
    opcode: 0x53,
    name: "GetEcho",
    parameterBytes: 0,
    since: "zfm20",
    run: (module) => module.acknowledge(confirmation.echo),
  },
  {
    opcode: 0x3d,
    name: "SoftRst",
    parameterBytes: 0,
    since: "r503",
    run: async (module) => {
      await module.acknowledge(confirmation.ok);
      module.restart();
    },
  },
];
