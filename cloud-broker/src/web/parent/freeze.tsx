import type { ChildView } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { OrderForm, Submit } from "../design/form.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { childPath, ParentFrame, type ParentProps } from "./frame.tsx";

/** The confirm page: two taps from home, and it works without any script. */
export function FreezePage(props: ParentProps): Html {
  const { ui, child } = props;
  const title = titleOf(ui, child);
  return (
    <ParentFrame {...props} place="home" title={title}>
      <div class="narrow">
        <PageHead ui={ui} back={childPath(child)}>
          {title}
        </PageHead>
        <section class="card">
          <FreezeForm ui={ui} child={child} />
        </section>
      </div>
    </ParentFrame>
  );
}

/** The same form as a dialog over the home page, for browsers that run our module. */
export function FreezeDialog(props: { ui: Ui; child: ChildView }): Html {
  return (
    <dialog id="freeze-dialog" class="dialog" aria-labelledby="freeze-title" data-region>
      <h2 id="freeze-title">{titleOf(props.ui, props.child)}</h2>
      <FreezeForm {...props} />
    </dialog>
  );
}

function titleOf(ui: Ui, child: ChildView): string {
  const { thawTitle, freezeTitle } = ui.words.freeze;
  return fill(child.freeze.isFrozen ? thawTitle : freezeTitle, { name: child.firstName });
}

function FreezeForm(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const words = ui.words.freeze;
  const name = child.firstName;
  const { isFrozen } = child.freeze;
  return (
    <OrderForm ui={ui} action={`/ortu/${child.student}/bekukan`}>
      <input type="hidden" name="frozen" value={isFrozen ? "0" : "1"} />
      <p>{fill(isFrozen ? words.thawLead : words.freezeLead, { name })}</p>
      {isFrozen ? null : (
        <ul class="points">
          {words.freezePoints.map((point) => (
            <li>{fill(point, { name })}</li>
          ))}
        </ul>
      )}
      <div class="form-actions">
        <Submit>{isFrozen ? words.thawSubmit : words.freezeSubmit}</Submit>
        <a class="button button-ghost" href={childPath(child)} data-close>
          {ui.words.app.cancel}
        </a>
      </div>
    </OrderForm>
  );
}
