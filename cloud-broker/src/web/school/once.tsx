import { Icon } from "../design/pieces.tsx";
import type { Html, Ui } from "../design/ui.ts";

/** A text that is shown once, easy to select and, with the copy module, to copy. */
export function Once(props: { ui: Ui; id: string; label: string; text: string }): Html {
  const { ui } = props;
  return (
    <div class="once">
      <p class="once-label" id={`${props.id}-label`}>
        {props.label}
      </p>
      <div class="once-row">
        <code id={props.id} aria-labelledby={`${props.id}-label`} tabindex={0}>
          {props.text}
        </code>
        <button
          type="button"
          class="button button-secondary"
          data-copy={props.id}
          data-done={ui.words.app.copied}
          hidden
        >
          <Icon ui={ui} name="copy" />
          <span>{ui.words.app.copy}</span>
        </button>
      </div>
    </div>
  );
}
