import type { ReceiptView } from "../../core/log/receipt.ts";
import { PageHead } from "../design/document.tsx";
import { Chip, Icon } from "../design/pieces.tsx";
import { Money, Time } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { childPath, ParentFrame, type ParentProps } from "./frame.tsx";

/** What happened, that it stands in the school's ledger, and the file with which anybody can check that. */
export function ReceiptPage(props: ParentProps & { receipt: ReceiptView }): Html {
  const { ui, child, receipt } = props;
  const words = ui.words.receipt;
  return (
    <ParentFrame {...props} place="activity" title={words.title} islands={["receipt"]}>
      <div class="narrow">
        <PageHead ui={ui} back={childPath(child, "activity")}>
          {words.title}
        </PageHead>
        <section class="card receipt">
          <p class="receipt-what">{whatOf(ui, receipt)}</p>
          <p class="receipt-amount">
            <Money ui={ui} amount={receipt.amount} sign={receipt.sign} />
          </p>
          <p class="aside">
            {ui.formats.day(receipt.day)} ·{" "}
            <Time
              atMs={receipt.postedAtMs}
              text={fill(words.posted, {
                at: ui.formats.dayAndTime(receipt.postedAtMs, child.zone),
              })}
            />
          </p>
          <p class="receipt-place">
            <Icon ui={ui} name="check" />
            <span>
              {fill(words.place, {
                place: ui.formats.count(receipt.place),
                size: ui.formats.count(receipt.size),
              })}
            </span>
          </p>
          <Check ui={ui} receipt={receipt} />
          <div class="form-actions">
            <a
              class="button button-primary"
              href={`${receiptPath(child, receipt.journal)}/berkas`}
              download={receiptFileName(receipt)}
            >
              {words.download}
            </a>
          </div>
        </section>
        <Details ui={ui} receipt={receipt} />
      </div>
    </ParentFrame>
  );
}

export function receiptPath(child: { readonly student: string }, journal: string): string {
  return `/ortu/${child.student}/bukti/${journal}`;
}

export function receiptFileName(receipt: ReceiptView): string {
  return `saku-${receipt.day}-${receipt.journal}.tlog-proof`;
}

function whatOf(ui: Ui, { recipe, merchantName, sign }: ReceiptView): string {
  const { parent, receipt } = ui.words;
  if (recipe === "sale") return merchantName ?? parent.sale;
  const words: Readonly<Record<string, string>> = {
    void: parent.voided,
    refund: parent.refund,
    withdrawal: parent.withdrawal,
  };
  const what = words[recipe] ?? (sign === "plus" ? parent.topUp : receipt.other);
  return merchantName === null ? what : `${what} · ${merchantName}`;
}

/** Filled in by the module, which recomputes the proof in this very browser; without it nothing is claimed. */
function Check(props: { ui: Ui; receipt: ReceiptView }): Html {
  const { ui, receipt } = props;
  const words = ui.words.receipt;
  return (
    <p
      class="receipt-check"
      id="proof-check"
      role="status"
      hidden
      data-key={receipt.key}
      data-whole={words.checkedWhole}
      data-unsigned={words.checkedUnsigned}
      data-not-here={words.notHere}
      data-differs={words.differs}
    >
      <Chip ui={ui} tone="quiet">
        {words.checking}
      </Chip>
    </p>
  );
}

function Details(props: { ui: Ui; receipt: ReceiptView }): Html {
  const { ui, receipt } = props;
  const words = ui.words.receipt;
  return (
    <details class="card receipt-details">
      <summary>{words.details}</summary>
      <p class="aside">{words.how}</p>
      <h2 class="day">{words.file}</h2>
      <pre class="proof" id="proof" tabindex={0}>
        {receipt.proof}
      </pre>
      <h2 class="day">{words.key}</h2>
      <pre class="proof" tabindex={0}>
        {receipt.key}
      </pre>
    </details>
  );
}
