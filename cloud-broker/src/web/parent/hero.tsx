import { subtractRupiah, minRupiah } from "@saku/protocol";
import type { ChildView } from "../../core/reports/views.ts";
import { LinkButton } from "../design/form.tsx";
import { Chip, Icon } from "../design/pieces.tsx";
import { Money, Sentence } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { childPath } from "./frame.tsx";

/** One number. What is left today is a sentence under it, what lies at school is small print. */
export function Hero(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const { isFrozen } = child.freeze;
  return (
    <section class={isFrozen ? "hero is-frozen" : "hero"} id="hero" data-region>
      <div class="hero-text">
        <div class="hero-top">
          <h1>{fill(ui.words.parent.balanceOf, { name: child.firstName })}</h1>
          {isFrozen ? (
            <Chip ui={ui} tone="wait" icon="freeze">
              {ui.words.parent.frozen}
            </Chip>
          ) : null}
        </div>
        <p class="hero-amount">
          <Money ui={ui} amount={child.balance} />
        </p>
        {isFrozen ? <FrozenText ui={ui} child={child} /> : <TodayText ui={ui} child={child} />}
      </div>
      <HeroActions ui={ui} child={child} />
      {child.atSchool > 0 && !isFrozen ? (
        <p class="hero-small">
          <Sentence
            text={ui.words.parent.atSchool}
            parts={{ amount: <Money ui={ui} amount={child.atSchool} />, name: child.firstName }}
          />
        </p>
      ) : null}
    </section>
  );
}

function TodayText(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const { dailyLimit, spentToday } = child;
  if (dailyLimit === null)
    return (
      <p class="hero-sentence">
        <Sentence
          text={ui.words.parent.noLimit}
          parts={{ spent: <Money ui={ui} amount={spentToday} /> }}
        />
      </p>
    );
  const used = minRupiah(spentToday, dailyLimit);
  return (
    <>
      <p class="hero-sentence">
        <Sentence
          text={ui.words.parent.leftToday}
          parts={{
            left: <Money ui={ui} amount={subtractRupiah(dailyLimit, used)} />,
            limit: <Money ui={ui} amount={dailyLimit} />,
          }}
        />
      </p>
      <LimitBar ui={ui} percent={dailyLimit === 0 ? 100 : Math.round((used / dailyLimit) * 100)} />
    </>
  );
}

/** Drawn with SVG attributes because the policy allows no style attribute. */
function LimitBar(props: { ui: Ui; percent: number }): Html {
  const label = fill(props.ui.words.parent.usedOfLimit, { percent: String(props.percent) });
  return (
    <svg
      class="limit-bar"
      role="img"
      aria-label={label}
      preserveAspectRatio="none"
      viewBox="0 0 100 1"
    >
      <rect class="limit-bar-all" width="100" height="1" />
      <rect class="limit-bar-used" width={String(props.percent)} height="1" />
    </svg>
  );
}

function FrozenText(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const words = ui.words.parent;
  const waiting = child.freeze.waitingFor;
  return (
    <>
      <p class="hero-sentence">{fill(words.frozenLead, { name: child.firstName })}</p>
      <p class={waiting.length === 0 ? "hero-wait is-done" : "hero-wait"}>
        <Icon ui={ui} name={waiting.length === 0 ? "check" : "clock"} />
        <span>
          {waiting.length === 0
            ? words.frozenEverywhere
            : fill(words.frozenWaiting, { stalls: waiting.join(", ") })}
        </span>
      </p>
    </>
  );
}

function HeroActions(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const words = ui.words.parent;
  return (
    <div class="hero-actions">
      <LinkButton
        ui={ui}
        href={`/ortu/${child.student}/bekukan`}
        icon={child.freeze.isFrozen ? "thaw" : "freeze"}
        weight="primary"
        dialog="freeze-dialog"
      >
        {child.freeze.isFrozen ? words.unfreeze : words.freeze}
      </LinkButton>
      <LinkButton ui={ui} href={childPath(child, "limit")} icon="gauge" weight="ghost">
        {child.dailyLimit === null ? words.setLimit : words.changeLimit}
      </LinkButton>
    </div>
  );
}
