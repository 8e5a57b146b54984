/** The pins of the 40-pin header by their BCM number. */
export interface GpioPort {
  readonly backendName: "onoff" | "log";
  /** Claims a pin as output, low. Throws when the pin is taken or does not exist. */
  output(bcmPin: number): Promise<GpioOutput>;
}

export interface GpioOutput {
  write(level: 0 | 1): Promise<void>;
  /** Low, then released. */
  close(): Promise<void>;
}

/** No pins here: every write is told to `onWrite`, which makes the outcome visible on a desk and in tests. */
export function createLogGpio(onWrite: (bcmPin: number, level: 0 | 1) => void): GpioPort {
  return {
    backendName: "log",
    output: async (bcmPin) => ({
      write: async (level) => {
        onWrite(bcmPin, level);
      },
      close: async () => undefined,
    }),
  };
}
