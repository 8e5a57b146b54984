import { describe, expect, it } from "vitest";
import { schoolId } from "../primitives/ids.ts";
import { signingKeyFromSeed, verifyWithTweetnacl } from "../signing/keys.ts";
import { must } from "../primitives/assert.ts";
import { bytesOfHex, readVectors, type Vector } from "../vectors.suite.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import {
  checkpointText,
  logOrigin,
  openCheckpoint,
  parseCheckpointText,
  parseLogOrigin,
  signCheckpoint,
} from "./checkpoint.ts";
import { EMPTY_ROOT } from "./merkle.ts";
import { noteKeyText, openNote, parseNoteKey, signNote } from "./note.ts";

type NoteVector = Vector & { readonly key: string; readonly seed: string; readonly note: string };
const { notes } = readVectors<{ readonly notes: readonly NoteVector[] }>("tlog");
const key = signingKeyFromSeed(bytesOfHex("11".repeat(32)));
const stranger = signingKeyFromSeed(bytesOfHex("22".repeat(32)));
const log = { school: schoolId("sch-melati"), term: 1_763_000_000 };
const checkpoint = { ...log, size: 7, root: EMPTY_ROOT };
const named = { name: logOrigin(log), publicKey: key.publicKey };

describe("a signed note", () => {
  it.each(notes)("[M6] $comment: made and opened byte for byte", ({ key: word, seed, note }) => {
    const theirs = must(parseNoteKey(word), "a key");
    const signer = signingKeyFromSeed(bytesOfHex(seed));
    expect(noteKeyText({ name: theirs.name, publicKey: signer.publicKey })).toBe(word);
    const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
    expect(signNote(text, theirs, signer.sign)).toBe(note);
    expect(openNote(note, theirs, verifyWithTweetnacl)).toEqual({ ok: true, value: text });
  });

  it("[M7] counts when a known key signed it, whoever else did; one bad line of that key spoils it", () => {
    const note = signNote("satu\n", named, key.sign);
    const witness = { name: "saksi", publicKey: stranger.publicKey };
    const theirs = signNote("satu\n", witness, stranger.sign).split("\n").at(-2) ?? "";
    expect(openNote(`${note}${theirs}\n`, named, verifyWithTweetnacl)).toEqual({
      ok: true,
      value: "satu\n",
    });
    const onlyTheirs = signNote("satu\n", witness, stranger.sign);
    expect(openNote(onlyTheirs, named, verifyWithTweetnacl)).toMatchObject({
      error: { kind: "unknown-signer" },
    });
    const bent = note.replace("satu", "dua");
    expect(openNote(bent, named, verifyWithTweetnacl)).toMatchObject({
      error: { kind: "bad-signature" },
    });
  });

  it("[M7] that is not exactly lines, a blank line and signatures is refused", () => {
    const note = signNote("satu\n", named, key.sign);
    const line = note.split("\n").at(-2) ?? "";
    const bad = [
      "",
      "satu\n",
      "\n\n",
      note.slice(0, -1),
      note.replace("\u2014", "-"),
      note.replace("satu", "sa\ttu"),
      `${note}\n`,
      `${note}${"x".repeat(9_000)}\n`,
      `satu\n\n${`${line}\n`.repeat(17)}`,
      "satu\n\n\u2014 saksi AAAA\n",
      "satu\n\n\u2014 sa ksi AAAAAAAA\n",
    ];
    for (const text of bad)
      expect([text.slice(0, 60), openNote(text, named, verifyWithTweetnacl).ok]).toEqual([
        text.slice(0, 60),
        false,
      ]);
  });

  it("[M6] a key's word has one spelling", () => {
    const word = noteKeyText(named);
    expect(parseNoteKey(word)).toEqual(named);
    const [name = "", id = "", base64 = ""] = word.split("+");
    for (const other of ["", "x", `${name}+00000000+${base64}`, `lain+${id}+${base64}`, `${word}=`])
      expect(parseNoteKey(other)).toBeNull();
  });
});

describe("base64", () => {
  it("[M6] of a note is padded and has one spelling", () => {
    for (const size of [0, 1, 2, 3, 32, 68]) {
      const bytes = bytesOfHex("fb".repeat(size));
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }
    for (const text of ["A", "AA", "AB==", "AAA", "A===", "AA=A", "-_==", "AA==\n"])
      expect(fromBase64(text)).toBeNull();
  });
});

describe("a checkpoint", () => {
  it("[M8] is signed in the name of its own origin: school and term", () => {
    const note = signCheckpoint(checkpoint, key);
    expect(note.split("\n").slice(0, 3)).toEqual([
      "saku/sch-melati/1763000000",
      "7",
      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    ]);
    expect(openCheckpoint(note, key.publicKey, verifyWithTweetnacl)).toEqual({
      ok: true,
      value: checkpoint,
    });
    expect(openCheckpoint(note, stranger.publicKey, verifyWithTweetnacl).ok).toBe(false);
    const renamed = note.replace("\u2014 saku/sch-melati", "\u2014 saku/sch-mawar");
    expect(openCheckpoint(renamed, key.publicKey, verifyWithTweetnacl).ok).toBe(false);
  });

  it("[M8] names a school and a term, and nothing else is an origin of ours", () => {
    expect(parseLogOrigin(logOrigin(log))).toEqual(log);
    for (const other of [
      "",
      "saku",
      "saku/sch/01",
      "saku/SCH/1",
      "saku/-s/1",
      "saku/sch/1/2",
      "x/sch/1",
      "saku/sch/9999999999999999",
    ])
      expect(parseLogOrigin(other)).toBeNull();
  });

  it("[M9] has three lines, a plain number and a whole hash", () => {
    const text = checkpointText(checkpoint);
    expect(parseCheckpointText(text)).toEqual({ ok: true, value: checkpoint });
    const bad = [
      "",
      `${text}ext\n`,
      text.slice(0, -1),
      text.replace("\n7\n", "\n07\n"),
      text.replace("\n7\n", "\n-7\n"),
      text.replace("\n7\n", "\n9999999999999999\n"),
      text.replace("47DEQ", "47DE"),
      text.replace("saku/", "kusa/"),
    ];
    for (const other of bad) expect(parseCheckpointText(other).ok).toBe(false);
    expect(() => checkpointText({ ...checkpoint, size: 0.5 })).toThrow("a count");
  });
});
