import { Document } from "../design/document.tsx";
import { Field, Problems, Submit, type FormState } from "../design/form.tsx";
import { Icon, Notice } from "../design/pieces.tsx";
import type { Html, Ui } from "../design/ui.ts";

export function SignInPage(props: { ui: Ui; state: FormState; notice: string | null }): Html {
  const { ui, state } = props;
  const words = ui.words.signIn;
  return (
    <Document ui={ui} title={words.title} area="public">
      <div class="door">
        <DoorMark ui={ui} />
        <h1>{words.title}</h1>
        <p class="lead">{words.lead}</p>
        {props.notice === null ? null : (
          <Notice ui={ui} tone="ok">
            {props.notice}
          </Notice>
        )}
        <form method="post" action="/masuk" class="form" novalidate>
          <Problems ui={ui} state={state} />
          <Field name="login" label={words.login} state={state} autocomplete="username" />
          <Field
            name="password"
            label={words.password}
            state={state}
            kind="password"
            autocomplete="current-password"
            maxLength={200}
          />
          <Submit>{words.submit}</Submit>
        </form>
        <p class="aside">{words.help}</p>
      </div>
    </Document>
  );
}

export function InvitationPage(props: { ui: Ui; token: string; state: FormState }): Html {
  const { ui, state } = props;
  const words = ui.words.invitation;
  return (
    <Document ui={ui} title={words.title} area="public">
      <div class="door">
        <DoorMark ui={ui} />
        <h1>{words.title}</h1>
        <p class="lead">{words.lead}</p>
        <form method="post" action={`/undangan/${props.token}`} class="form" novalidate>
          <Problems ui={ui} state={state} />
          <Field
            name="login"
            label={words.login}
            hint={words.loginHint}
            state={state}
            autocomplete="username"
            maxLength={64}
          />
          <Field
            name="password"
            label={words.password}
            hint={words.passwordHint}
            state={state}
            kind="password"
            autocomplete="new-password"
            maxLength={200}
          />
          <Submit>{words.submit}</Submit>
        </form>
        <p class="aside">{words.known}</p>
      </div>
    </Document>
  );
}

function DoorMark(props: { ui: Ui }): Html {
  return (
    <div class="door-mark">
      <Icon ui={props.ui} name="mark" />
      <p>
        <strong>{props.ui.words.app.name}</strong>
        <span>{props.ui.words.app.tagline}</span>
      </p>
    </div>
  );
}

/** A page that only says what went wrong and what to do. */
export function ProblemPage(props: {
  ui: Ui;
  title: string;
  sentence: string;
  code?: string;
}): Html {
  const { ui } = props;
  return (
    <Document ui={ui} title={props.title} area="public">
      <div class="door">
        <h1>{props.title}</h1>
        <p class="lead">{props.sentence}</p>
        {props.code === undefined ? null : (
          <p class="aside">{ui.words.problems.code.replace("{code}", props.code)}</p>
        )}
        <p>
          <a class="button button-secondary" href="/">
            {ui.words.problems.home}
          </a>
        </p>
      </div>
    </Document>
  );
}
