import type { TerminalView } from "../../core/reports/views.ts";
import { OrderForm, Submit } from "../design/form.tsx";
import { Card, Notice } from "../design/pieces.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { SCHOOL_PATH } from "./frame.tsx";

/** Which terminal holds the day's money for all stalls. */
export function HubCard(props: { ui: Ui; terminals: readonly TerminalView[] }): Html {
  const { ui, terminals } = props;
  const words = ui.words.hub;
  const able = terminals.filter(({ state }) => state === "active");
  const hub = terminals.find(({ isHub }) => isHub);
  return (
    <Card title={words.title}>
      <p class="lead">{words.lead}</p>
      {hub !== undefined && !hub.isOnLan ? (
        <Notice ui={ui} tone="warn">
          {fill(words.nowhere, { name: hub.name })}
        </Notice>
      ) : null}
      <OrderForm ui={ui} action={`${SCHOOL_PATH.terminals}/hub`} class="form form-row">
        <div class="field">
          <label for="hub">{words.label}</label>
          <select id="hub" name="hub">
            <option value="">{words.none}</option>
            {able.map((terminal) => (
              <option value={terminal.device} selected={terminal.isHub}>
                {terminal.name}
              </option>
            ))}
          </select>
        </div>
        <Submit>{words.submit}</Submit>
      </OrderForm>
    </Card>
  );
}

/** What a school does about terminals that are gone: the next step of each, and who has to agree. */
export function LossCard(props: { ui: Ui; terminals: readonly TerminalView[] }): Html | null {
  const { ui, terminals } = props;
  const words = ui.words.hub;
  const open = terminals.filter(
    ({ loss, state }) => loss !== "none" || state === "active" || state === "quarantined",
  );
  if (open.length === 0) return null;
  return (
    <Card title={words.lossTitle}>
      <p class="lead">{words.lossLead}</p>
      {open.map((terminal) => (
        <LossRow ui={ui} terminal={terminal} />
      ))}
    </Card>
  );
}

function LossRow(props: { ui: Ui; terminal: TerminalView }): Html {
  const { ui, terminal } = props;
  const words = ui.words.hub;
  const step = { none: "declare", declared: "confirm", confirmed: "write-off", asked: "write-off" };
  const label = {
    none: words.declare,
    declared: words.confirm,
    confirmed: words.ask,
    asked: words.writeOff,
    "written-off": "",
  }[terminal.loss];
  if (terminal.loss === "written-off")
    return (
      <p>
        {terminal.name}: {words.writtenOff}
      </p>
    );
  return (
    <OrderForm ui={ui} action={`${SCHOOL_PATH.terminals}/${terminal.device}/hilang`}>
      <input type="hidden" name="step" value={step[terminal.loss]} />
      <div class="form-actions">
        <span>{terminal.name}</span>
        <Submit weight="ghost">{label}</Submit>
      </div>
    </OrderForm>
  );
}
