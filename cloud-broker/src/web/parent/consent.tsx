import type { ChildView, ConsentView } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { OrderForm, Submit } from "../design/form.tsx";
import { Card, Chip, Icon, type IconName, type Tone } from "../design/pieces.tsx";
import { Time } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { childPath, ParentFrame, type ParentProps } from "./frame.tsx";

const LOOK: Readonly<
  Record<ConsentView["state"], { readonly tone: Tone; readonly icon: IconName }>
> = {
  "not-asked": { tone: "quiet", icon: "info" },
  waiting: { tone: "warn", icon: "clock" },
  granted: { tone: "ok", icon: "check" },
  withdrawn: { tone: "offline", icon: "cross" },
};

/** "Menunggu Anda" to the guardian is "Menunggu wali" to the school. */
export function ConsentChip(props: {
  ui: Ui;
  state: ConsentView["state"];
  isForSchool?: boolean;
}): Html {
  const { tone, icon } = LOOK[props.state];
  const { states, waitingForGuardian } = props.ui.words.consent;
  const isForSchool = props.isForSchool === true && props.state === "waiting";
  return (
    <Chip ui={props.ui} tone={tone} icon={icon}>
      {isForSchool ? waitingForGuardian : states[props.state]}
    </Chip>
  );
}

export function ConsentPage(props: ParentProps): Html {
  const { ui, child } = props;
  const words = ui.words.consent;
  const name = child.firstName;
  const title = fill(words.title, { name });
  const { state } = child.consent;
  return (
    <ParentFrame {...props} place="consent" title={title}>
      <div class="narrow">
        <PageHead ui={ui}>{title}</PageHead>
        <div id="consent" class="stack" data-region>
          <section class="card consent">
            <ConsentChip ui={ui} state={state} />
            <p class="consent-lead">{fill(words.leads[state], { name })}</p>
            <Decision ui={ui} child={child} />
          </section>
          {state === "withdrawn" ? <Erasures ui={ui} child={child} /> : null}
        </div>
        <Card title={words.storedTitle}>
          <ul class="points">
            {words.stored.map((point) => (
              <li>{point}</li>
            ))}
          </ul>
        </Card>
        <Card title={words.choiceTitle}>
          <p>{fill(words.choice, { name })}</p>
        </Card>
      </div>
    </ParentFrame>
  );
}

/** Whoever is asked may say no as easily as yes; whoever has said no is not asked again loudly. */
function Decision(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const words = ui.words.consent;
  const isAsked = child.consent.state === "waiting";
  if (child.consent.state === "granted")
    return (
      <p class="form-actions">
        <a class="button button-secondary" href={`${childPath(child, "consent")}/tarik`}>
          {words.withdraw}
        </a>
      </p>
    );
  return (
    <OrderForm ui={ui} action={childPath(child, "consent")}>
      <div class="form-actions">
        <Submit name="state" value="granted" weight={isAsked ? "primary" : "secondary"}>
          {words.give}
        </Submit>
        {isAsked ? (
          <Submit name="state" value="withdrawn" weight="secondary">
            {words.refuse}
          </Submit>
        ) : null}
      </div>
    </OrderForm>
  );
}

/** Every device says for itself that it has erased; until then it is listed as waiting. */
function Erasures(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const words = ui.words.consent;
  const { erasures } = child.consent;
  const done = erasures.filter((erasure) => erasure.erasedAtMs !== null).length;
  return (
    <Card
      title={words.erasureTitle}
      aside={
        erasures.length === 0
          ? undefined
          : fill(words.erasureProgress, { done: String(done), all: String(erasures.length) })
      }
    >
      {erasures.length === 0 ? (
        <p>{fill(words.erasureNone, { name: child.firstName })}</p>
      ) : (
        <ul class="erasures">
          {erasures.map((erasure) => (
            <Erasure ui={ui} child={child} erasure={erasure} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Erasure(props: {
  ui: Ui;
  child: ChildView;
  erasure: ConsentView["erasures"][number];
}): Html {
  const { ui, child, erasure } = props;
  const words = ui.words.consent;
  if (erasure.erasedAtMs === null)
    return (
      <li>
        <Icon ui={ui} name="clock" />
        <span>{erasure.terminalName}</span>
        <span class="erasure-state">{words.erasing}</span>
      </li>
    );
  const at = ui.formats.dayAndTime(erasure.erasedAtMs, child.zone);
  return (
    <li class="is-done">
      <Icon ui={ui} name="check" />
      <span>{erasure.terminalName}</span>
      <span class="erasure-state">
        <Time atMs={erasure.erasedAtMs} text={fill(words.erased, { at })} />
      </span>
    </li>
  );
}

/** The one extra step before a withdrawal: says what happens, in four taps from home. */
export function WithdrawPage(props: ParentProps): Html {
  const { ui, child } = props;
  const words = ui.words.consent;
  const name = child.firstName;
  const title = fill(words.withdrawTitle, { name });
  return (
    <ParentFrame {...props} place="consent" title={title}>
      <div class="narrow">
        <PageHead ui={ui} back={childPath(child, "consent")}>
          {title}
        </PageHead>
        <section class="card">
          <OrderForm ui={ui} action={childPath(child, "consent")}>
            <p>{fill(words.withdrawLead, { name })}</p>
            <input type="hidden" name="state" value="withdrawn" />
            <div class="form-actions">
              <Submit weight="danger">{words.withdrawSubmit}</Submit>
              <a class="button button-ghost" href={childPath(child, "consent")}>
                {ui.words.app.cancel}
              </a>
            </div>
          </OrderForm>
        </section>
      </div>
    </ParentFrame>
  );
}
