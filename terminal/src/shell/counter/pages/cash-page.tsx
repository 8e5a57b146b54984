import type { JSX } from "hono/jsx/jsx-runtime";
import type { StudentEntry } from "../../../core/directory/directory.ts";
import type { CashInRefusal } from "../../../core/drawer/cash-in.ts";
import type { Assets } from "../assets.ts";
import type { OperatorText } from "../operator-text.ts";
import { rupiahText, type Text } from "../text.ts";
import { AmountPad } from "./amount-pad.tsx";
import { CodePad } from "./code-pad.tsx";
import { Sheet } from "./sheet.tsx";

export type CashNote = "taken" | "wrong" | "locked" | "amount" | CashInRefusal;
export type CashOrderForm = { readonly amount: number; readonly press: string };

type Words = { readonly text: Text; readonly words: OperatorText };
type Child = Pick<StudentEntry, "number" | "firstName" | "className">;

/** Cash for a child, one question a page: whose number, how much, and the operator's code. */
export function CashPage(
  props: Words & {
    readonly assets: Assets;
    readonly child: Child | null;
    readonly order: CashOrderForm | null;
    readonly note: CashNote | null;
  },
): JSX.Element {
  const { text, words, assets, child, order, note } = props;
  return (
    <Sheet
      text={text}
      assets={assets}
      title={words.cashTitle}
      back={backOf(child, order)}
      notice={note === null ? null : { isGood: note === "taken", say: sayOf(text, words, note) }}
    >
      {child === null ? (
        <NumberForm {...props} />
      ) : order === null ? (
        <AmountForm {...props} child={child} />
      ) : (
        <CodeForm {...props} child={child} order={order} />
      )}
    </Sheet>
  );
}

function backOf(child: Child | null, order: CashOrderForm | null): string {
  if (child === null) return "/";
  return order === null ? "/cash" : `/cash?number=${child.number}`;
}

function sayOf(text: Text, words: OperatorText, note: CashNote): string {
  if (note === "taken") return words.cashTaken;
  if (note === "wrong") return text.recentWrongCode;
  if (note === "locked") return text.recentLocked;
  return note === "amount" ? words.amountWrong : words.cashRefusals[note];
}

function NumberForm({ text, words }: Words): JSX.Element {
  return (
    <form class="code-form" method="get" action="/cash">
      <div class="code-form-say">
        <p class="sheet-ask">{words.cashWho}</p>
        <p class="hint">{words.cashWhoHint}</p>
      </div>
      <CodePad
        text={text}
        name="number"
        label={words.cashNumber}
        lengthMax={10}
        submit={words.next}
        isShown
      />
    </form>
  );
}

function Who({ child }: { readonly child: Child }): JSX.Element {
  return (
    <p class="sheet-who">
      <strong>{child.firstName}</strong>
      <span>
        {child.className} · {child.number}
      </span>
    </p>
  );
}

function AmountForm({ text, words, child }: Words & { readonly child: Child }): JSX.Element {
  return (
    <form class="code-form" method="get" action="/cash">
      <div class="code-form-say">
        <Who child={child} />
        <p class="hint">{words.cashSay}</p>
        <a class="quiet-link" href="/cash">
          {words.cashOther}
        </a>
      </div>
      <input type="hidden" name="number" value={child.number} />
      <AmountPad
        text={text}
        words={words}
        name="amount"
        label={words.cashAmount}
        submit={words.next}
      />
    </form>
  );
}

function CodeForm(
  props: Words & { readonly child: Child; readonly order: CashOrderForm },
): JSX.Element {
  const { text, words, child, order } = props;
  return (
    <form class="code-form" method="post" action="/counter/cash">
      <div class="code-form-say">
        <p class="figure-label">{words.cashAmount}</p>
        <p class="pin-amount">{rupiahText(order.amount)}</p>
        <Who child={child} />
        <a class="quiet-link" href={`/cash?number=${child.number}`}>
          {words.otherAmount}
        </a>
      </div>
      <input type="hidden" name="press" value={order.press} />
      <input type="hidden" name="number" value={child.number} />
      <input type="hidden" name="amount" value={String(order.amount)} />
      <CodePad
        text={text}
        name="code"
        label={words.confirmCode}
        lengthMax={12}
        submit={words.cashAccept}
      />
    </form>
  );
}
