import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";

/** Reads a secret, or makes it once: a crash leaves either no file or a whole one, readable by its owner alone. */
export function loadOrMakeSecret(file: string, make: () => Buffer): Buffer {
  if (!existsSync(file)) {
    const unfinished = `${file}.unfinished`;
    const handle = openSync(unfinished, "w", 0o600);
    writeSync(handle, make());
    fsyncSync(handle);
    closeSync(handle);
    renameSync(unfinished, file);
  }
  return readFileSync(file);
}
