/**
 * Version of what both sides speak. Raise it when a message changes shape; `protocol-version.test.ts` fails until you do.
 *
 * 1: first version: events, commands, frames, roster and claim of SPEC.md.
 */
export const PROTOCOL_VERSION = 1;

/** The oldest version that the cloud still understands. */
export const PROTOCOL_VERSION_FLOOR = 1;
