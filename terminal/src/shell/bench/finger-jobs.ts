import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a child process is asked, and its answer: stored bytes, empty where an image gave no template. */
export type FingerOrder =
  | {
      readonly kind: "draw";
      /** The generator and its words. */
      readonly program: string;
      readonly args: readonly string[];
      readonly resolutionDpi: number;
    }
  /** Placements of fingers; answered with every finger's merged template and the placements that fit. */
  | { readonly kind: "merge"; readonly fingers: readonly (readonly Uint8Array[])[] };
export type FingerAnswer =
  | { readonly kind: "done"; readonly templates: readonly (readonly Uint8Array[])[] }
  | { readonly kind: "failed"; readonly why: string };

/** From the sources (tests) the built one. */
const builtChild = (): string =>
  fileURLToPath(
    import.meta.url.endsWith(".ts")
      ? new URL("../../../dist/shell/bench/finger-child.js", import.meta.url)
      : new URL("./finger-child.js", import.meta.url),
  );

const ask = (
  child: ChildProcess,
  order: FingerOrder,
): Promise<readonly (readonly Uint8Array[])[]> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      reject(new Error(`a process that makes fingers ended with ${code}`));
    };
    child.once("exit", onExit);
    child.once("message", (answer: FingerAnswer) => {
      child.off("exit", onExit);
      if (answer.kind === "done") resolve(answer.templates);
      else reject(new Error(answer.why));
    });
    child.send(order);
  });

/** Has the orders done by `jobs` processes; answers come in the order of the orders. */
export const doFingerJobs = async (
  orders: readonly FingerOrder[],
  jobs: number,
  onDone: (index: number, templates: readonly (readonly Uint8Array[])[]) => void,
): Promise<void> => {
  const waiting = orders.entries();
  const work = async (): Promise<void> => {
    const child = fork(builtChild(), [], { serialization: "advanced" });
    try {
      for (const [index, order] of waiting) onDone(index, await ask(child, order));
    } finally {
      if (child.connected) child.disconnect();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, orders.length) }, work));
};
