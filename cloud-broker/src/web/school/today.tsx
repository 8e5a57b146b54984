import type { UnixMs } from "@saku/protocol";
import type { Child, PropsWithChildren } from "hono/jsx";
import type { MerchantView, SchoolView } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { Card, Chip, Icon } from "../design/pieces.tsx";
import { Money } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { SCHOOL_PATH, SchoolFrame, type SchoolPlace, type SchoolProps } from "./frame.tsx";
import { TerminalTable } from "./terminal-table.tsx";

export function TodayPage(
  props: SchoolProps & { merchants: readonly MerchantView[]; nowMs: UnixMs },
): Html {
  const { ui, school } = props;
  return (
    <SchoolFrame {...props} place="today" title={ui.words.school.today} isLive>
      <PageHead ui={ui} lead={ui.formats.day(school.today)}>
        {ui.words.school.today}
      </PageHead>
      <div id="today" class="stack" data-region>
        <Setup ui={ui} school={school} hasStall={props.merchants.length > 0} />
        <Figures ui={ui} school={school} />
        {school.terminals.length === 0 ? null : (
          <Card
            title={ui.words.terminals.title}
            aside={<a href={SCHOOL_PATH.terminals}>{ui.words.terminals.addTitle}</a>}
          >
            <TerminalTable
              ui={ui}
              terminals={school.terminals}
              zone={school.zone}
              nowMs={props.nowMs}
              canRevoke={false}
            />
          </Card>
        )}
      </div>
    </SchoolFrame>
  );
}

function Figures(props: { ui: Ui; school: SchoolView }): Html {
  const { ui, school } = props;
  const words = ui.words.school;
  const count = (value: number): string => ui.formats.count(value);
  return (
    <div class="figures">
      <Figure
        title={words.sales}
        note={fill(words.salesCount, { count: count(school.saleCountToday) })}
      >
        <Money ui={ui} amount={school.saleTotalToday} />
      </Figure>
      <Figure title={words.topUps} note={<a href={SCHOOL_PATH.topUp}>{words.topUp}</a>}>
        <Money ui={ui} amount={school.topUpTotalToday} />
      </Figure>
      <Figure
        title={words.consents}
        note={fill(words.consentsOf, {
          granted: count(school.consentGrantedCount),
          all: count(school.studentCount),
        })}
      >
        {percent(school.consentGrantedCount, school.studentCount)}
      </Figure>
      <Figure title={words.books} note={<a href={SCHOOL_PATH.ledger}>{words.seeLedger}</a>}>
        <BalanceChip ui={ui} isBalanced={school.isBalanced} />
      </Figure>
    </div>
  );
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.floor((part / whole) * 100)}%`;
}

export function BalanceChip(props: { ui: Ui; isBalanced: boolean }): Html {
  const { ui, isBalanced } = props;
  const { balanced, notBalanced } = ui.words.school;
  return (
    <Chip ui={ui} tone={isBalanced ? "ok" : "bad"} icon={isBalanced ? "check" : "cross"}>
      {isBalanced ? balanced : notBalanced}
    </Chip>
  );
}

function Figure(props: PropsWithChildren<{ title: string; note: Child }>): Html {
  return (
    <section class="figure">
      <h2>{props.title}</h2>
      <p class="figure-value">{props.children}</p>
      <p class="figure-note">{props.note}</p>
    </section>
  );
}

/** The way from an empty school to the first sale; gone when walked. */
function Setup(props: { ui: Ui; school: SchoolView; hasStall: boolean }): Html {
  const { ui, school, hasStall } = props;
  const words = ui.words.school;
  const steps: readonly { label: string; place: SchoolPlace; isDone: boolean }[] = [
    { label: words.setupStall, place: "stalls", isDone: hasStall },
    { label: words.setupStudent, place: "students", isDone: school.studentCount > 0 },
    { label: words.setupTerminal, place: "terminals", isDone: school.terminals.length > 0 },
  ];
  if (steps.every((step) => step.isDone)) return <></>;
  return (
    <Card title={words.setupTitle}>
      <ol class="steps">
        {steps.map((step, index) => (
          <li class={step.isDone ? "is-done" : undefined}>
            <span class="step-mark">
              {step.isDone ? <Icon ui={ui} name="check" /> : String(index + 1)}
            </span>
            {step.isDone ? (
              <span>
                {step.label} <span class="sr-only">({words.setupDone})</span>
              </span>
            ) : (
              <a href={SCHOOL_PATH[step.place]}>{step.label}</a>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}
