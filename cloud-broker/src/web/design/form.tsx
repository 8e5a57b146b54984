import type { Child, PropsWithChildren } from "hono/jsx";
import { Icon, Notice, type IconName } from "./pieces.tsx";
import type { Html, Ui } from "./ui.ts";

/** What a person typed and what was wrong with it, by field name; the form shows both again. */
export type FormState = {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
};

export const EMPTY_FORM: FormState = { values: {}, problems: {} };

/** A POST form with its anti-forgery token and the key that makes a double tap one order. */
export function OrderForm(
  props: PropsWithChildren<{
    ui: Ui;
    action: string;
    class?: string;
    orderKey?: string | undefined;
  }>,
): Html {
  return (
    <form method="post" action={props.action} class={props.class ?? "form"} novalidate>
      {props.ui.csrf === null ? null : <input type="hidden" name="csrf" value={props.ui.csrf} />}
      <input type="hidden" name="key" value={props.orderKey ?? props.ui.newKey()} />
      {props.children}
    </form>
  );
}

/** Everything that is wrong, first in the form and linked to each field. */
export function Problems(props: { ui: Ui; state: FormState }): Html {
  const entries = Object.entries(props.state.problems);
  if (entries.length === 0) return <></>;
  return (
    <Notice ui={props.ui} tone="bad">
      <p class="notice-title">{props.ui.words.app.problemsTitle}</p>
      <ul>
        {entries.map(([name, sentence]) => (
          <li>{name === "form" ? sentence : <a href={`#${name}`}>{sentence}</a>}</li>
        ))}
      </ul>
    </Notice>
  );
}

export type FieldProps = {
  name: string;
  label: string;
  state: FormState;
  hint?: string;
  kind?: "text" | "password" | "amount";
  autocomplete?: string;
  maxLength?: number;
  isOptional?: boolean;
  value?: string;
};

/** A labelled input with its hint and its problem tied to it for screen readers. */
export function Field(props: FieldProps): Html {
  const problem = props.state.problems[props.name];
  const described = [
    props.hint === undefined ? null : `${props.name}-hint`,
    problem === undefined ? null : `${props.name}-problem`,
  ].filter((id) => id !== null);
  const isSecret = props.kind === "password";
  return (
    <div class="field">
      <label for={props.name}>{props.label}</label>
      {props.hint === undefined ? null : (
        <p class="hint" id={`${props.name}-hint`}>
          {props.hint}
        </p>
      )}
      <input
        id={props.name}
        name={props.name}
        type={isSecret ? "password" : "text"}
        inputmode={props.kind === "amount" ? "numeric" : undefined}
        autocomplete={props.autocomplete ?? "off"}
        autocapitalize={isSecret || props.autocomplete === "username" ? "none" : undefined}
        spellcheck={false}
        maxlength={props.maxLength ?? 60}
        required={props.isOptional !== true}
        value={isSecret ? undefined : (props.state.values[props.name] ?? props.value)}
        aria-describedby={described.length === 0 ? undefined : described.join(" ")}
        aria-invalid={problem === undefined ? undefined : "true"}
        autofocus={Object.keys(props.state.problems)[0] === props.name}
      />
      {problem === undefined ? null : (
        <p class="problem" id={`${props.name}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

export type Choice = { readonly value: string; readonly label: Child };

/** Radio buttons drawn as large chips: one tap each, and arrow keys work. */
export function Choices(props: {
  name: string;
  legend: string;
  choices: readonly Choice[];
  selected: string | undefined;
}): Html {
  return (
    <fieldset class="choices">
      <legend>{props.legend}</legend>
      <div class="choice-row">
        {props.choices.map((choice) => (
          <label class="choice">
            <input
              type="radio"
              name={props.name}
              value={choice.value}
              checked={choice.value === props.selected}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export type Weight = "primary" | "secondary" | "danger" | "ghost";

export function Submit(
  props: PropsWithChildren<{ weight?: Weight; name?: string; value?: string }>,
): Html {
  return (
    <button
      type="submit"
      class={`button button-${props.weight ?? "primary"}`}
      name={props.name}
      value={props.value}
    >
      {props.children}
    </button>
  );
}

export function LinkButton(
  props: PropsWithChildren<{
    ui: Ui;
    href: string;
    weight?: Weight;
    icon?: IconName;
    /** Opens this dialog instead when the browser module is there. */
    dialog?: string;
  }>,
): Html {
  return (
    <a
      class={`button button-${props.weight ?? "secondary"}`}
      href={props.href}
      data-dialog={props.dialog}
    >
      {props.icon === undefined ? null : <Icon ui={props.ui} name={props.icon} />}
      <span>{props.children}</span>
    </a>
  );
}
