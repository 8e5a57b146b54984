import type { StudentRow } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { Field, OrderForm, Problems, Submit, type FormState } from "../design/form.tsx";
import { Card, Chip, Empty, Icon, TableFrame } from "../design/pieces.tsx";
import { Money } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { ConsentChip } from "../parent/consent.tsx";
import { SCHOOL_PATH, SchoolFrame, type SchoolProps } from "./frame.tsx";

export type StudentsProps = SchoolProps & {
  readonly students: readonly StudentRow[];
  readonly query: string;
  readonly state: FormState;
  readonly orderKey?: string;
};

export function studentPath(row: { readonly student: string }): string {
  return `${SCHOOL_PATH.students}/${row.student}`;
}

export function StudentsPage(props: StudentsProps): Html {
  const { ui, students, query } = props;
  const words = ui.words.students;
  const found = matching(students, query);
  return (
    <SchoolFrame {...props} place="students" title={words.title} islands={["desk"]}>
      <PageHead ui={ui} lead={fill(words.count, { count: ui.formats.count(students.length) })}>
        {words.title}
      </PageHead>
      <Card>
        {students.length === 0 ? (
          <Empty ui={ui} icon="people">
            {words.empty}
          </Empty>
        ) : (
          <>
            <SearchForm ui={ui} action={SCHOOL_PATH.students} query={query} isFilter />
            <StudentTable ui={ui} students={found} />
            <p id="filter-none" class="none" hidden={found.length > 0}>
              {fill(words.noneFound, { query: query === "" ? "…" : query })}
            </p>
          </>
        )}
      </Card>
      <AddStudent {...props} />
    </SchoolFrame>
  );
}

/** Every word must begin or sit somewhere in number, name or class. */
export function matching(students: readonly StudentRow[], query: string): readonly StudentRow[] {
  const words = query.toLowerCase().split(/\s+/);
  return students.filter((row) => words.every((word) => findText(row).includes(word)));
}

function findText(row: StudentRow): string {
  return `${row.number} ${row.firstName} ${row.className}`.toLowerCase();
}

export function SearchForm(props: {
  ui: Ui;
  action: string;
  query: string;
  isFilter?: boolean;
}): Html {
  const { ui } = props;
  const words = ui.words.students;
  return (
    <form method="get" action={props.action} class="search" role="search">
      <label class="sr-only" for="cari">
        {words.search}
      </label>
      <Icon ui={ui} name="search" />
      <input
        id="cari"
        name="cari"
        type="search"
        maxlength={60}
        autocomplete="off"
        placeholder={words.search}
        value={props.query}
        data-filter={props.isFilter === true ? "" : undefined}
      />
      <button type="submit" class="button button-secondary">
        {words.searchSubmit}
      </button>
    </form>
  );
}

function StudentTable(props: { ui: Ui; students: readonly StudentRow[] }): Html {
  const { ui, students } = props;
  const words = ui.words.students;
  return (
    <TableFrame label={words.title}>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.class}</th>
          <th scope="col" class="number">
            {words.balance}
          </th>
          <th scope="col" class="number">
            {words.atSchool}
          </th>
          <th scope="col">{words.consent}</th>
          <th scope="col">{words.fingers}</th>
          <th scope="col" class="number">
            {words.guardians}
          </th>
        </tr>
      </thead>
      <tbody>
        {students.map((row) => (
          <tr data-find={findText(row)}>
            <th scope="row">
              <a href={studentPath(row)}>{row.firstName}</a>
              {row.isFrozen ? (
                <Chip ui={ui} tone="wait" icon="freeze">
                  {words.frozen}
                </Chip>
              ) : null}
              <span class="row-note">{row.number}</span>
            </th>
            <td>{row.className}</td>
            <td class="number">
              <Money ui={ui} amount={row.balance} />
            </td>
            <td class="number">
              <Money ui={ui} amount={row.atSchool} />
            </td>
            <td>
              <ConsentChip ui={ui} state={row.consent} isForSchool />
            </td>
            <td class="plain">{row.isEnrolled ? words.enrolled : words.notEnrolled}</td>
            <td class="number">{ui.formats.count(row.guardianCount)}</td>
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}

function AddStudent(props: StudentsProps): Html {
  const { ui, state } = props;
  const words = ui.words.students;
  return (
    <Card title={words.addTitle}>
      <OrderForm
        ui={ui}
        action={SCHOOL_PATH.students}
        class="form form-row"
        orderKey={props.orderKey}
      >
        <Problems ui={ui} state={state} />
        <Field name="number" label={words.numberLabel} state={state} maxLength={20} />
        <Field name="firstName" label={words.nameLabel} state={state} maxLength={40} />
        <Field name="className" label={words.classLabel} state={state} maxLength={12} />
        <Submit>{words.addSubmit}</Submit>
      </OrderForm>
    </Card>
  );
}
