import type { StudentRow } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { LinkButton, OrderForm, Submit } from "../design/form.tsx";
import { Card, Notice } from "../design/pieces.tsx";
import { Money, Sentence } from "../design/text.tsx";
import type { Html } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { ConsentChip } from "../parent/consent.tsx";
import { SCHOOL_PATH, SchoolFrame, type SchoolProps } from "./frame.tsx";
import { childMoneyPath } from "./money/child.tsx";
import { Once } from "./once.tsx";
import { studentPath } from "./students.tsx";

export function StudentPage(
  props: SchoolProps & { student: StudentRow; invitationUrl: string | null },
): Html {
  const { ui, student, invitationUrl } = props;
  const words = ui.words.students;
  return (
    <SchoolFrame
      {...props}
      place="students"
      title={student.firstName}
      islands={invitationUrl === null ? [] : ["desk"]}
    >
      <PageHead
        ui={ui}
        back={SCHOOL_PATH.students}
        lead={`${student.className} · ${student.number}`}
      >
        {student.firstName}
      </PageHead>
      {student.isFrozen ? (
        <Notice ui={ui} tone="info">
          {words.freezeNote}
        </Notice>
      ) : null}
      <div class="pair">
        <Balance {...props} />
        <Consent {...props} />
      </div>
      <Invitation {...props} />
    </SchoolFrame>
  );
}

type Props = SchoolProps & { student: StudentRow; invitationUrl: string | null };

function Balance(props: Props): Html {
  const { ui, student } = props;
  return (
    <Card title={ui.words.students.balanceTitle}>
      <p class="figure-value">
        <Money ui={ui} amount={student.balance} />
      </p>
      {student.atSchool > 0 ? (
        <p class="fine">
          <Sentence
            text={ui.words.parent.atSchool}
            parts={{ amount: <Money ui={ui} amount={student.atSchool} />, name: student.firstName }}
          />
        </p>
      ) : null}
      <p class="form-actions">
        <LinkButton
          ui={ui}
          href={`${SCHOOL_PATH.topUp}?siswa=${student.student}`}
          icon="wallet"
          weight="primary"
        >
          {ui.words.students.topUp}
        </LinkButton>
        <LinkButton ui={ui} href={childMoneyPath(student)}>
          {ui.words.money.childMoney}
        </LinkButton>
      </p>
    </Card>
  );
}

function Consent(props: Props): Html {
  const { ui, student } = props;
  const words = ui.words.students;
  const isGranted = student.consent === "granted";
  return (
    <Card title={words.consentTitle}>
      <p class="spaced">
        <ConsentChip ui={ui} state={student.consent} isForSchool />
      </p>
      <p class="fine">{words.consentPaper}</p>
      <OrderForm ui={ui} action={`${studentPath(student)}/izin`}>
        <input type="hidden" name="state" value={isGranted ? "withdrawn" : "granted"} />
        <div class="form-actions">
          <Submit weight="secondary">
            {isGranted ? words.consentWithdraw : words.consentGive}
          </Submit>
        </div>
      </OrderForm>
    </Card>
  );
}

function Invitation(props: Props): Html {
  const { ui, student, invitationUrl } = props;
  const words = ui.words.students;
  const name = student.firstName;
  if (invitationUrl !== null)
    return (
      <Card title={fill(words.inviteReady, { name })}>
        <Notice ui={ui} tone="warn">
          {words.inviteOnce}
        </Notice>
        <Once ui={ui} id="invitation" label={words.inviteTitle} text={invitationUrl} />
      </Card>
    );
  return (
    <Card title={words.inviteTitle}>
      <p class="lead">{fill(words.inviteLead, { name })}</p>
      <OrderForm ui={ui} action={`${studentPath(student)}/undangan`}>
        <div class="form-actions">
          <Submit weight="secondary">{words.inviteSubmit}</Submit>
        </div>
      </OrderForm>
    </Card>
  );
}
