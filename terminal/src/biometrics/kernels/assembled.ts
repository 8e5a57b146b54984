/** Written by `npm run kernels` from the .wat files beside it; never by hand. */
// prettier-ignore
export const ASSEMBLED: {
  readonly "line-filter": string;
} = {
  "line-filter":
    "AGFzbQEAAAABCQFgBX9/f39/AAMCAQAFAwEAAQcXAgZtZW1vcnkCAApmaWx0ZXJDZWxsAAAKzQEBygECAn8FeyADIARBA3RqIQUCQANAIAMgBU8NASAAIAMoAgBqIQYgA/0JAgQhByAIIAcgBv0AAgD95gH95AEhCCAGIAJqIQYgCSAHIAb9AAIA/eYB/eQBIQkgBiACaiEGIAogByAG/QACAP3mAf3kASEKIAYgAmohBiALIAcgBv0AAgD95gH95AEhCyADQQhqIQMMAAsLIAEgCP0LAgAgASACaiEBIAEgCf0LAgAgASACaiEBIAEgCv0LAgAgASACaiEBIAEgC/0LAgAL",
};
