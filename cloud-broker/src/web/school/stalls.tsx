import type { MerchantView } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { Field, OrderForm, Problems, Submit, type FormState } from "../design/form.tsx";
import { Card, Empty, TableFrame } from "../design/pieces.tsx";
import { Money } from "../design/text.tsx";
import type { Html } from "../design/ui.ts";
import { SCHOOL_PATH, SchoolFrame, type SchoolProps } from "./frame.tsx";

export function StallsPage(
  props: SchoolProps & { merchants: readonly MerchantView[]; state: FormState; orderKey?: string },
): Html {
  const { ui, merchants, state } = props;
  const words = ui.words.stalls;
  return (
    <SchoolFrame {...props} place="stalls" title={words.title}>
      <PageHead ui={ui}>{words.title}</PageHead>
      <Card>
        {merchants.length === 0 ? (
          <Empty ui={ui} icon="store">
            {words.empty}
          </Empty>
        ) : (
          <TableFrame label={words.title}>
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col" class="number">
                  {words.terminals}
                </th>
                <th scope="col" class="number">
                  {words.payable}
                </th>
              </tr>
            </thead>
            <tbody>
              {merchants.map((merchant) => (
                <tr>
                  <th scope="row">{merchant.name}</th>
                  <td class="number">{ui.formats.count(merchant.terminalCount)}</td>
                  <td class="number">
                    <Money ui={ui} amount={merchant.payable} />
                  </td>
                </tr>
              ))}
            </tbody>
          </TableFrame>
        )}
      </Card>
      <Card title={words.addTitle}>
        <OrderForm
          ui={ui}
          action={SCHOOL_PATH.stalls}
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
          <Submit>{words.addSubmit}</Submit>
        </OrderForm>
      </Card>
    </SchoolFrame>
  );
}
