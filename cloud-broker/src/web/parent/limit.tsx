import { rupiah, type Rupiah } from "@saku/protocol";
import { PageHead } from "../design/document.tsx";
import { Choices, Field, OrderForm, Problems, Submit, type FormState } from "../design/form.tsx";
import { Icon } from "../design/pieces.tsx";
import { Money, Sentence } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { childPath, ParentFrame, type ParentProps } from "./frame.tsx";

export const DAILY_LIMIT_MIN: Rupiah = rupiah(1_000);
export const DAILY_LIMIT_MAX: Rupiah = rupiah(1_000_000);

const QUICK_LIMITS: readonly Rupiah[] = [5_000, 10_000, 15_000, 20_000].map(rupiah);

export function LimitPage(props: ParentProps & { state: FormState; orderKey?: string }): Html {
  const { ui, child, state } = props;
  const words = ui.words.limit;
  const name = child.firstName;
  const title = fill(words.title, { name });
  return (
    <ParentFrame {...props} place="limit" title={title} islands={["preview"]}>
      <div class="narrow">
        <PageHead ui={ui} lead={fill(words.lead, { name })}>
          {title}
        </PageHead>
        <section class="card">
          <OrderForm ui={ui} action={childPath(child, "limit")} orderKey={props.orderKey}>
            <Problems ui={ui} state={state} />
            <Choices
              name="choice"
              legend={words.choices}
              selected={selectedChoice(state, child.dailyLimit)}
              choices={[
                ...QUICK_LIMITS.map((limit) => ({
                  value: String(limit),
                  label: ui.formats.money(limit),
                })),
                { value: "none", label: words.none },
              ]}
            />
            <Field
              name="amount"
              label={words.own}
              hint={words.ownHint}
              state={state}
              kind="amount"
              maxLength={24}
              isOptional
              value={ownAmount(ui, child.dailyLimit)}
            />
            <Preview ui={ui} name={name} current={child.dailyLimit} />
            <p class="fine">{words.when}</p>
            {child.spentToday > 0 ? (
              <p class="fine">
                <Sentence
                  text={words.overSpent}
                  parts={{ spent: <Money ui={ui} amount={child.spentToday} /> }}
                />
              </p>
            ) : null}
            <div class="form-actions">
              <Submit>{words.submit}</Submit>
            </div>
          </OrderForm>
        </section>
      </div>
    </ParentFrame>
  );
}

function selectedChoice(state: FormState, limit: Rupiah | null): string | undefined {
  const typed = state.values["choice"];
  if (typed !== undefined) return typed;
  if (limit === null) return "none";
  return QUICK_LIMITS.includes(limit) ? String(limit) : undefined;
}

function ownAmount(ui: Ui, limit: Rupiah | null): string {
  return limit === null || QUICK_LIMITS.includes(limit) ? "" : ui.formats.money(limit);
}

/** Says in plain words what saving will mean; the preview module keeps it current while typing. */
function Preview(props: { ui: Ui; name: string; current: Rupiah | null }): Html {
  const { ui, name, current } = props;
  const words = ui.words.limit;
  return (
    <p class="preview">
      <Icon ui={ui} name="info" />
      <output
        id="limit-preview"
        data-some={fill(words.preview, { name })}
        data-none={fill(words.previewNone, { name })}
        data-ask={words.previewAsk}
      >
        {current === null
          ? fill(words.previewNone, { name })
          : fill(words.preview, { name, limit: ui.formats.money(current) })}
      </output>
    </p>
  );
}
