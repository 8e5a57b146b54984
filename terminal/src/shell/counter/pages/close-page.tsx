import type { JSX } from "hono/jsx/jsx-runtime";
import type { ClosingOutcome, DayClosing } from "../../../core/drawer/closing.ts";
import type { Assets } from "../assets.ts";
import type { OperatorText } from "../operator-text.ts";
import { rupiahText, type Text } from "../text.ts";
import { AmountPad } from "./amount-pad.tsx";
import { CodePad } from "./code-pad.tsx";
import { Icon } from "./icon.tsx";
import { Sheet } from "./sheet.tsx";

export type CloseNote =
  "wrong" | "locked" | "amount" | Extract<ClosingOutcome, { kind: "refused" }>["reason"];

type Words = { readonly text: Text; readonly words: OperatorText };
type Unsent = Words & { readonly unsentCount: number };

/**
 * The operator ends the day: first the count, then the code, and only then what was expected (W31). What is still unsent stands
 * beside, so that nobody switches off too early; it never keeps anybody from closing.
 */
export function ClosePage(
  props: Unsent & {
    readonly assets: Assets;
    readonly closing: DayClosing | null;
    readonly counted: number | null;
    readonly note: CloseNote | null;
  },
): JSX.Element {
  const { text, words, assets, closing, counted, note } = props;
  const notice =
    note === null || closing !== null ? null : { isGood: false, say: sayOf(text, words, note) };
  const isCounting = closing === null && counted === null;
  return (
    <Sheet
      text={text}
      assets={assets}
      title={text.close}
      back={isCounting || closing !== null ? "/" : "/close"}
      notice={notice}
    >
      {closing !== null ? (
        <Closed {...props} closing={closing} />
      ) : counted === null ? (
        <CountForm {...props} />
      ) : (
        <CodeForm {...props} counted={counted} />
      )}
    </Sheet>
  );
}

function sayOf(text: Text, words: OperatorText, note: CloseNote): string {
  if (note === "wrong") return text.recentWrongCode;
  if (note === "locked") return text.recentLocked;
  return note === "amount" ? words.amountWrong : words.closeRefusals[note];
}

function CountForm(props: Unsent): JSX.Element {
  const { text, words } = props;
  return (
    <form class="code-form" method="get" action="/close">
      <div class="code-form-say">
        <p class="sheet-ask">{words.closeCount}</p>
        <p class="hint">{words.closeCountHint}</p>
        <UnsentNote {...props} />
      </div>
      <AmountPad
        text={text}
        words={words}
        name="counted"
        label={words.closeCounted}
        submit={words.next}
      />
    </form>
  );
}

function CodeForm(props: Unsent & { readonly counted: number }): JSX.Element {
  const { text, words, counted } = props;
  return (
    <form class="code-form" method="post" action="/counter/close">
      <div class="code-form-say">
        <p class="figure-label">{words.closeCounted}</p>
        <p class="pin-amount">{rupiahText(counted)}</p>
        <p>{words.closeFinal}</p>
        <p class="hint">{text.closeSay}</p>
        <UnsentNote {...props} />
        <a class="quiet-link" href="/close">
          {words.closeRecount}
        </a>
      </div>
      <input type="hidden" name="counted" value={String(counted)} />
      <CodePad
        text={text}
        name="code"
        label={words.confirmCode}
        lengthMax={12}
        submit={text.close}
      />
    </form>
  );
}

function Closed(props: Unsent & { readonly closing: DayClosing }): JSX.Element {
  const { text, words, closing, unsentCount } = props;
  const { counted, expected, difference } = closing;
  const isEqual = difference === 0;
  const label = isEqual ? words.closeEqual : difference < 0 ? words.closeMissing : words.closeOver;
  return (
    <section class="closing">
      <p class="closing-head">
        <Icon name="tick" class="icon-ok icon-bold" />
        {text.closed}
      </p>
      <dl class="figures">
        <Figure label={words.closeCounted} value={rupiahText(counted)} />
        <Figure label={words.closeExpected} value={rupiahText(expected)} />
        <Figure
          label={label}
          value={rupiahText(Math.abs(difference))}
          class={isEqual ? "figure-ok" : "figure-odd"}
        />
      </dl>
      <p>{isEqual ? words.closeEqualHint : words.closeDifferenceHint}</p>
      {unsentCount === 0 ? <p class="hint">{words.closeAllSent}</p> : <UnsentNote {...props} />}
    </section>
  );
}

function Figure(props: {
  readonly label: string;
  readonly value: string;
  readonly class?: string;
}): JSX.Element {
  return (
    <div class={`figure ${props.class ?? ""}`}>
      <dt>{props.label}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}

function UnsentNote({ words, unsentCount }: Unsent): JSX.Element {
  if (unsentCount === 0) return <></>;
  return (
    <p class="unsent">
      <strong>{unsentCount}</strong> {words.closeUnsent}
    </p>
  );
}
