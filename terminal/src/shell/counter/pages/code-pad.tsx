import type { JSX } from "hono/jsx/jsx-runtime";
import type { Text } from "../text.ts";
import { Icon } from "./icon.tsx";

/** A field of digits, hidden unless they are no secret, with its own keys, for screens without a keyboard; works as a plain field too. */
export function CodePad(props: {
  readonly text: Text;
  readonly name: string;
  readonly label: string;
  readonly lengthMax: number;
  readonly submit: string;
  /** A number that is no secret. */
  readonly isShown?: boolean;
}): JSX.Element {
  const { text, name, label, lengthMax, submit, isShown = false } = props;
  return (
    <div class="code-pad">
      <label class="code-field">
        <span>{label}</span>
        <input
          type={isShown ? "text" : "password"}
          name={name}
          inputmode="numeric"
          pattern="[0-9]*"
          autocomplete="off"
          maxlength={lengthMax}
          required
        />
      </label>
      <div class="pad pad-pin">
        {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((digit) => (
          <button class="key" type="button" data-digit={digit}>
            {digit}
          </button>
        ))}
        <button class="key key-soft" type="button" data-digit="back" aria-label={text.erase}>
          <Icon name="erase" />
        </button>
        <button class="key" type="button" data-digit="0">
          0
        </button>
        <button class="key key-charge" type="submit">
          {submit}
        </button>
      </div>
    </div>
  );
}
