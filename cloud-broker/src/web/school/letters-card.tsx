import type { DecisionKind, UnixMs, ZoneMinutes } from "@saku/protocol";
import type { LetterView } from "../../core/reports/letters.ts";
import type { TerminalView } from "../../core/reports/views.ts";
import { OrderForm, Submit } from "../design/form.tsx";
import { Card } from "../design/pieces.tsx";
import { Ago, Money } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { SCHOOL_PATH } from "./frame.tsx";

/** Notes of terminals that could not be booked: somebody decides, two where money moves. Nothing is shown when none waits. */
export function LettersCard(props: {
  ui: Ui;
  letters: readonly LetterView[];
  zone: ZoneMinutes;
  nowMs: UnixMs;
}): Html | null {
  const { ui, letters } = props;
  const words = ui.words.letters;
  if (letters.length === 0) return null;
  return (
    <Card title={words.title}>
      <p class="lead">{words.lead}</p>
      {letters.map((letter) => (
        <LetterRow {...props} letter={letter} />
      ))}
    </Card>
  );
}

function LetterRow(props: { ui: Ui; letter: LetterView; zone: ZoneMinutes; nowMs: UnixMs }): Html {
  const { ui, letter, zone, nowMs } = props;
  const words = ui.words.letters;
  return (
    <section class="stack">
      <h3>
        {letter.terminalName} · {fill(words.number, { n: ui.formats.count(letter.n) })}
      </h3>
      <p>
        {words.reasons[letter.reason]}{" "}
        {letter.missingCount === null
          ? null
          : fill(words.missing, { count: ui.formats.count(letter.missingCount) })}{" "}
        {letter.amount === null ? (
          letter.type === null && letter.missingCount === null ? (
            words.unreadable
          ) : null
        ) : (
          <Money ui={ui} amount={letter.amount} />
        )}{" "}
        <Ago ui={ui} atMs={letter.receivedAtMs} nowMs={nowMs} zone={zone} />
      </p>
      <p class="row-note">
        {letter.votes
          .map(({ login, what }) => fill(words.voted, { login, what: words.kinds[what] }))
          .concat(fill(words.needed, { count: ui.formats.count(letter.personsNeeded) }))
          .join(" · ")}
      </p>
      <div class="form-actions">
        <Decide {...props} what="discard" />
        {letter.mayPay ? <Decide {...props} what="suspense" /> : null}
      </div>
    </section>
  );
}

function Decide(props: { ui: Ui; letter: LetterView; what: DecisionKind }): Html {
  const { ui, letter, what } = props;
  const words = ui.words.letters;
  return (
    <OrderForm ui={ui} action={`${SCHOOL_PATH.terminals}/catatan`}>
      <input type="hidden" name="device" value={letter.device} />
      <input type="hidden" name="inc" value={letter.inc} />
      <input type="hidden" name="n" value={String(letter.n)} />
      <input type="hidden" name="hash" value={letter.hash} />
      <input type="hidden" name="what" value={what} />
      <Submit {...(what === "discard" ? { weight: "danger" as const } : {})}>
        {what === "discard" ? words.discard : words.pay}
      </Submit>
    </OrderForm>
  );
}

/** Terminals with two histories: they get no money until somebody has looked at them. */
export function QuarantineCard(props: { ui: Ui; terminals: readonly TerminalView[] }): Html | null {
  const { ui } = props;
  const words = ui.words.letters;
  const flagged = props.terminals.filter(({ state }) => state === "quarantined");
  if (flagged.length === 0) return null;
  return (
    <Card title={words.flaggedTitle}>
      <p class="lead">{words.flaggedLead}</p>
      {flagged.map((terminal) => (
        <OrderForm ui={ui} action={`${SCHOOL_PATH.terminals}/${terminal.device}/bersih`}>
          <div class="form-actions">
            <span>{terminal.name}</span>
            <Submit weight="ghost">{words.clear}</Submit>
          </div>
        </OrderForm>
      ))}
    </Card>
  );
}
