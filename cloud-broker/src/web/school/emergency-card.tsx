import type { Rupiah } from "@saku/protocol";
import { Field, OrderForm, Problems, Submit, type FormState } from "../design/form.tsx";
import { Card } from "../design/pieces.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { SCHOOL_PATH } from "./frame.tsx";

/** What the reserve pays for hungry children at each terminal [G12]. */
export function EmergencyCard(props: {
  ui: Ui;
  emergency: { readonly perSale: Rupiah; readonly perDay: Rupiah };
  state: FormState;
  orderKey?: string | undefined;
}): Html {
  const { ui, emergency, state } = props;
  const words = ui.words.emergency;
  return (
    <Card title={words.title}>
      <p class="lead">{words.lead}</p>
      <Problems ui={ui} state={state} />
      <OrderForm
        ui={ui}
        action={`${SCHOOL_PATH.terminals}/darurat`}
        class="form form-row"
        orderKey={props.orderKey}
      >
        <Field
          name="perSale"
          kind="amount"
          label={words.perSale}
          value={ui.formats.count(emergency.perSale)}
          state={state}
          maxLength={16}
        />
        <Field
          name="perDay"
          kind="amount"
          label={words.perDay}
          value={ui.formats.count(emergency.perDay)}
          state={state}
          maxLength={16}
        />
        <Submit>{words.submit}</Submit>
      </OrderForm>
    </Card>
  );
}
