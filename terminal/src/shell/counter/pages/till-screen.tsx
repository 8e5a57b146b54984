import type { JSX } from "hono/jsx/jsx-runtime";
import type { StallEntry } from "../../../core/directory/directory.ts";
import { rupiahText, type Text } from "../text.ts";
import { Icon } from "./icon.tsx";
import { press } from "./press.ts";

type Props = { readonly text: Text };

/** T1: the amount, from keys, quick keys or the last sale again. */
export function TillScreen({
  text,
  stall,
}: Props & { readonly stall: StallEntry | null }): JSX.Element {
  const quickKeys = stall?.quickKeys ?? [];
  return (
    <section
      class={quickKeys.length === 0 ? "till till-plain" : "till"}
      data-if="screen:till"
      hidden
    >
      <Display text={text} />
      <div class="pad">
        <Digits keys={["1", "2", "3"]} />
        <button
          class="key key-soft"
          data-press={press("key", { key: "back" })}
          data-hold={press("key", { key: "clear" })}
          aria-label={text.erase}
        >
          <Icon name="erase" />
        </button>
        <Digits keys={["4", "5", "6"]} />
        <button
          class="key key-soft"
          data-press={press("key", { key: "plus" })}
          aria-label={text.plus}
        >
          <Icon name="plus" />
        </button>
        <Digits keys={["7", "8", "9"]} />
        <button
          class="key key-soft"
          data-press={press("key", { key: "clear" })}
          aria-label={text.clear}
        >
          C
        </button>
        <Digits keys={["000", "0"]} />
        <button class="key key-charge" data-press={press("charge")}>
          {text.charge}
        </button>
      </div>
      <div class="side">
        <button class="repeat" data-press={press("repeat")} data-enable-if="repeatAmount:>0">
          <Icon name="again" />
          <span>
            {text.repeat} <strong data-rupiah="repeatAmount" data-if="repeatAmount:>0" hidden />
          </span>
        </button>
        {quickKeys.length === 0 ? (
          <p class="hint">{text.noMenu}</p>
        ) : (
          <div class="quick">
            {quickKeys.map((quick, index) => (
              <button class="quick-key" data-press={press("quick", { index })}>
                <strong>{rupiahText(quick.amount)}</strong>
                {isNamed(quick) ? <span>{quick.label}</span> : null}
              </button>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

/** Schools without a menu name the keys by their price. */
function isNamed({ label, amount }: StallEntry["quickKeys"][number]): boolean {
  return label.replace(/\D/g, "") !== String(amount);
}

function Digits({ keys }: { readonly keys: readonly string[] }): JSX.Element {
  return (
    <>
      {keys.map((key) => (
        <button class="key" data-press={press("key", { key })}>
          {key}
        </button>
      ))}
    </>
  );
}

function Display({ text }: Props): JSX.Element {
  return (
    <div class="display">
      <ul class="lines" data-lines="" />
      <output class="amount" data-rupiah="amount" data-zero="amount" aria-live="polite" />
      <p class="note" role="alert" data-if="note:over-cap" hidden>
        {text.overCap} <span data-rupiah="perSale" /> {text.overCapEnd}
      </p>
    </div>
  );
}
