import type { JSX } from "hono/jsx/jsx-runtime";
import type { OperatorText } from "../operator-text.ts";
import type { Text } from "../text.ts";
import { Icon } from "./icon.tsx";

/** A field of rupiah with its own keys; the island puts the dots in, and without it plain digits will do. */
export function AmountPad(props: {
  readonly text: Text;
  readonly words: OperatorText;
  readonly name: string;
  readonly label: string;
  readonly value?: number;
  readonly submit: string;
}): JSX.Element {
  const { text, words, name, label, value, submit } = props;
  return (
    <div class="code-pad">
      <label class="code-field amount-field">
        <span>{label}</span>
        <span class="amount-sign" aria-hidden="true">
          Rp
        </span>
        <input
          name={name}
          inputmode="numeric"
          pattern="[0-9.]*"
          autocomplete="off"
          maxlength={11}
          data-amount=""
          placeholder="0"
          value={value === undefined ? undefined : value.toLocaleString("id-ID")}
          required
        />
      </label>
      <div class="pad pad-amount">
        <Digits digits={["1", "2", "3"]} />
        <button class="key key-soft" type="button" data-digit="back" aria-label={text.erase}>
          <Icon name="erase" />
        </button>
        <Digits digits={["4", "5", "6"]} />
        <button class="key key-soft" type="button" data-digit="000" aria-label={words.thousands}>
          000
        </button>
        <Digits digits={["7", "8", "9"]} />
        <button class="key key-charge pad-submit" type="submit">
          {submit}
        </button>
        <button class="key pad-zero" type="button" data-digit="0">
          0
        </button>
      </div>
    </div>
  );
}

function Digits({ digits }: { readonly digits: readonly string[] }): JSX.Element {
  return (
    <>
      {digits.map((digit) => (
        <button class="key" type="button" data-digit={digit}>
          {digit}
        </button>
      ))}
    </>
  );
}
