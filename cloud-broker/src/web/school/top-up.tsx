import { rupiah, type Rupiah } from "@saku/protocol";
import type { StudentRow } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { Choices, Field, OrderForm, Problems, Submit, type FormState } from "../design/form.tsx";
import { Card, Icon, Notice } from "../design/pieces.tsx";
import { Money, Sentence } from "../design/text.tsx";
import type { Html } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { SCHOOL_PATH, SchoolFrame, type SchoolProps } from "./frame.tsx";
import { matching, SearchForm } from "./students.tsx";

export const TOP_UP_MIN: Rupiah = rupiah(1_000);
export const TOP_UP_MAX: Rupiah = rupiah(5_000_000);

const QUICK_AMOUNTS: readonly Rupiah[] = [10_000, 20_000, 50_000, 100_000].map(rupiah);
const FOUND_MAX = 12;

export type TopUpProps = SchoolProps & {
  readonly students: readonly StudentRow[];
  readonly chosen: StudentRow | null;
  readonly query: string;
  readonly state: FormState;
  readonly orderKey?: string;
  /** The same amount for the same child a moment ago: recorded again only when confirmed. */
  readonly duplicate: Rupiah | null;
};

/** The desk: find the child, take the cash, record it. */
export function TopUpPage(props: TopUpProps): Html {
  const { ui, chosen } = props;
  const words = ui.words.topUp;
  return (
    <SchoolFrame {...props} place="topUp" title={words.title}>
      <div class="desk">
        <PageHead ui={ui} lead={words.lead}>
          {words.title}
        </PageHead>
        <Card>{chosen === null ? <Find {...props} /> : <Pay {...props} chosen={chosen} />}</Card>
      </div>
    </SchoolFrame>
  );
}

function Find(props: TopUpProps): Html {
  const { ui, students, query } = props;
  const found = query === "" ? students : matching(students, query);
  return (
    <div class="stack">
      <SearchForm ui={ui} action={SCHOOL_PATH.topUp} query={query} />
      {found.length === 0 ? (
        <p class="none">{fill(ui.words.students.noneFound, { query })}</p>
      ) : (
        <ul class="finds">
          {found.slice(0, FOUND_MAX).map((row) => (
            <li>
              <a href={`${SCHOOL_PATH.topUp}?siswa=${row.student}`}>
                <span>
                  <strong>{row.firstName}</strong>
                  <span class="row-note">{`${row.className} · ${row.number}`}</span>
                </span>
                <Icon ui={ui} name="chevron" />
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Pay(props: TopUpProps & { chosen: StudentRow }): Html {
  const { ui, chosen, state, duplicate } = props;
  const words = ui.words.topUp;
  return (
    <OrderForm ui={ui} action={SCHOOL_PATH.topUp} orderKey={props.orderKey}>
      <Problems ui={ui} state={state} />
      <input type="hidden" name="student" value={chosen.student} />
      <div class="chosen">
        <p>
          <strong>{chosen.firstName}</strong>
          <span class="row-note">
            {`${chosen.className} · ${chosen.number} · `}
            <Sentence
              text={words.balanceNow}
              parts={{ amount: <Money ui={ui} amount={chosen.balance} /> }}
            />
          </span>
        </p>
        <a href={SCHOOL_PATH.topUp}>{words.change}</a>
      </div>
      {duplicate === null ? null : (
        <Notice ui={ui} tone="warn">
          {fill(words.duplicate, {
            amount: ui.formats.money(duplicate),
            name: chosen.firstName,
          })}
          <input type="hidden" name="again" value={String(duplicate)} />
        </Notice>
      )}
      <Choices
        name="choice"
        legend={words.amount}
        selected={state.values["choice"]}
        choices={QUICK_AMOUNTS.map((amount) => ({
          value: String(amount),
          label: ui.formats.money(amount),
        }))}
      />
      <Field
        name="amount"
        label={ui.words.limit.own}
        hint={words.amountHint}
        state={state}
        kind="amount"
        maxLength={24}
        isOptional
      />
      <div class="form-actions">
        <Submit>{duplicate === null ? words.submit : words.duplicateSubmit}</Submit>
        {duplicate === null ? null : (
          <a class="button button-ghost" href={SCHOOL_PATH.topUp}>
            {ui.words.app.cancel}
          </a>
        )}
      </div>
    </OrderForm>
  );
}
