import type { UnixMs } from "@saku/protocol";
import type { LetterView } from "../../core/reports/letters.ts";
import type { MerchantView, TerminalView } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { Field, OrderForm, Problems, Submit, type FormState } from "../design/form.tsx";
import { Card, Empty, Notice } from "../design/pieces.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { SCHOOL_PATH, SchoolFrame, type SchoolProps } from "./frame.tsx";
import { EmergencyCard } from "./emergency-card.tsx";
import { HubCard, LossCard } from "./hub-card.tsx";
import { LettersCard, QuarantineCard } from "./letters-card.tsx";
import { Once } from "./once.tsx";
import { TerminalTable } from "./terminal-table.tsx";

export function TerminalsPage(
  props: SchoolProps & {
    merchants: readonly MerchantView[];
    letters: readonly LetterView[];
    nowMs: UnixMs;
    state: FormState;
    orderKey?: string;
  },
): Html {
  const { ui, school } = props;
  const words = ui.words.terminals;
  return (
    <SchoolFrame {...props} place="terminals" title={words.title} isLive>
      <PageHead ui={ui}>{words.title}</PageHead>
      <div id="terminals" class="stack" data-region>
        <WaitNotice ui={ui} terminals={school.terminals} />
        <Card>
          {school.terminals.length === 0 ? (
            <Empty ui={ui} icon="terminal">
              {words.empty}
            </Empty>
          ) : (
            <TerminalTable
              ui={ui}
              terminals={school.terminals}
              zone={school.zone}
              nowMs={props.nowMs}
              canRevoke
            />
          )}
        </Card>
      </div>
      <LettersCard ui={ui} letters={props.letters} zone={school.zone} nowMs={props.nowMs} />
      <QuarantineCard ui={ui} terminals={school.terminals} />
      <HubCard ui={ui} terminals={school.terminals} />
      <EmergencyCard
        ui={ui}
        emergency={school.emergency}
        state={props.state}
        orderKey={props.orderKey}
      />
      <LossCard ui={ui} terminals={school.terminals} />
      <Card title={words.addTitle}>
        <p class="lead">{words.addLead}</p>
        {props.merchants.length === 0 ? (
          <p>
            <a href={SCHOOL_PATH.stalls}>{words.needStall}</a>
          </p>
        ) : (
          <ClaimForm {...props} />
        )}
      </Card>
    </SchoolFrame>
  );
}

/** Why nobody gets new money: it names whom the ledger waits for [BK8]. */
function WaitNotice(props: { ui: Ui; terminals: readonly TerminalView[] }): Html | null {
  const { ui, terminals } = props;
  const awaited = terminals.filter(({ isAwaited }) => isAwaited);
  if (awaited.length === 0) return null;
  const names = awaited.map(({ name, merchantName }) => `${merchantName} (${name})`).join(", ");
  return (
    <Notice ui={ui} tone="warn">
      {fill(ui.words.terminals.awaited, { names })}
    </Notice>
  );
}

function ClaimForm(props: {
  ui: Ui;
  merchants: readonly MerchantView[];
  state: FormState;
  orderKey?: string;
}): Html {
  const { ui, merchants, state } = props;
  const words = ui.words.terminals;
  const problem = state.problems["merchant"];
  return (
    <OrderForm
      ui={ui}
      action={`${SCHOOL_PATH.terminals}/klaim`}
      class="form form-row"
      orderKey={props.orderKey}
    >
      <Problems ui={ui} state={state} />
      <Field
        name="name"
        label={words.nameLabel}
        hint={words.nameHint}
        state={state}
        maxLength={40}
      />
      <div class="field">
        <label for="merchant">{words.stallLabel}</label>
        <select
          id="merchant"
          name="merchant"
          aria-invalid={problem === undefined ? undefined : "true"}
        >
          {merchants.map((merchant) => (
            <option
              value={merchant.merchant}
              selected={merchant.merchant === state.values["merchant"]}
            >
              {merchant.name}
            </option>
          ))}
        </select>
      </div>
      <Submit>{words.addSubmit}</Submit>
    </OrderForm>
  );
}

/** The claim itself stays out of the command: arguments end up in shell histories and process lists. */
export function ClaimPage(
  props: SchoolProps & { terminalName: string; claim: string; expiresAt: string; cloudUrl: string },
): Html {
  const { ui } = props;
  const words = ui.words.terminals;
  const title = fill(words.claimReady, { name: props.terminalName });
  return (
    <SchoolFrame {...props} place="terminals" title={title} islands={["desk"]}>
      <PageHead ui={ui} back={SCHOOL_PATH.terminals}>
        {title}
      </PageHead>
      <Card>
        <Notice ui={ui} tone="warn">
          {fill(words.claimOnce, { at: props.expiresAt })}
        </Notice>
        <Once
          ui={ui}
          id="command"
          label={words.claimCommand}
          text={`saku claim --cloud ${props.cloudUrl} --terminal URL --keyring school.keyring`}
        />
        <Once ui={ui} id="claim" label={words.claimCode} text={props.claim} />
      </Card>
    </SchoolFrame>
  );
}

export function RevokePage(props: SchoolProps & { terminal: TerminalView }): Html {
  const { ui, terminal } = props;
  const words = ui.words.terminals;
  const title = fill(words.revokeTitle, { name: terminal.name });
  return (
    <SchoolFrame {...props} place="terminals" title={title}>
      <PageHead ui={ui} back={SCHOOL_PATH.terminals}>
        {title}
      </PageHead>
      <Card>
        <OrderForm ui={ui} action={`${SCHOOL_PATH.terminals}/${terminal.device}/kunci`}>
          <p>{ui.words.letters.rotateLead}</p>
          <div class="form-actions">
            <Submit weight="ghost">{ui.words.letters.rotate}</Submit>
          </div>
        </OrderForm>
      </Card>
      <Card>
        <OrderForm ui={ui} action={`${SCHOOL_PATH.terminals}/${terminal.device}/cabut`}>
          <p>{words.revokeLead}</p>
          {terminal.unsentCount === 0 ? null : (
            <Notice ui={ui} tone="warn">
              {fill(words.revokeUnsent, { count: ui.formats.count(terminal.unsentCount) })}
            </Notice>
          )}
          <div class="form-actions">
            <Submit weight="danger">{words.revokeSubmit}</Submit>
            <a class="button button-ghost" href={SCHOOL_PATH.terminals}>
              {ui.words.app.cancel}
            </a>
          </div>
        </OrderForm>
      </Card>
    </SchoolFrame>
  );
}
