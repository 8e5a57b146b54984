import type { ChildView } from "../../core/reports/views.ts";
import { Document } from "../design/document.tsx";
import { Card, Empty, Icon } from "../design/pieces.tsx";
import { Money, Sentence } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { ActivityList, groupByDay } from "./activity-list.tsx";
import { FreezeDialog } from "./freeze.tsx";
import { childPath, ParentFrame, type ParentProps } from "./frame.tsx";
import { Hero } from "./hero.tsx";

const EARLIER_LINE_COUNT = 5;

export function ParentHomePage(props: ParentProps): Html {
  const { ui, child } = props;
  return (
    <ParentFrame
      {...props}
      place="home"
      title={fill(ui.words.parent.balanceOf, { name: child.firstName })}
    >
      <div class="home">
        <div class="home-side">
          <Hero ui={ui} child={child} />
          <div id="attention" class="stack" data-region>
            <Attention ui={ui} child={child} />
          </div>
        </div>
        <div class="home-feed" id="feed" data-region>
          <Today ui={ui} child={child} />
          <Earlier ui={ui} child={child} />
          <p class="fine">{ui.words.parent.safeNote}</p>
        </div>
      </div>
      <FreezeDialog ui={ui} child={child} />
    </ParentFrame>
  );
}

/** Only when the guardian has something to decide. */
function Attention(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  if (child.consent.state !== "waiting") return <></>;
  return (
    <a class="attention" href={childPath(child, "consent")}>
      <Icon ui={ui} name="finger" />
      <span>
        {fill(ui.words.parent.attentionConsent, { name: child.firstName })}{" "}
        <strong>{ui.words.parent.attentionConsentAction}</strong>
      </span>
      <Icon ui={ui} name="chevron" />
    </a>
  );
}

function Today(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const lines = child.activity.filter((line) => line.day === child.today);
  const ordered = lines.toSorted((a, b) => b.atMs - a.atMs);
  return (
    <Card
      title={ui.words.app.today}
      aside={
        child.spentToday > 0 ? (
          <Sentence
            text={ui.words.parent.todayTotal}
            parts={{ amount: <Money ui={ui} amount={child.spentToday} /> }}
          />
        ) : undefined
      }
    >
      {ordered.length === 0 ? (
        <Empty ui={ui} icon="bowl">
          {fill(ui.words.parent.emptyToday, { name: child.firstName })}
        </Empty>
      ) : (
        <ActivityList ui={ui} child={child} lines={ordered} />
      )}
    </Card>
  );
}

function Earlier(props: { ui: Ui; child: ChildView }): Html {
  const { ui, child } = props;
  const earlier = child.activity
    .filter((line) => line.day !== child.today)
    .toSorted((a, b) => b.day - a.day || b.atMs - a.atMs);
  if (earlier.length === 0) return <></>;
  return (
    <Card
      title={ui.words.parent.earlier}
      aside={<a href={childPath(child, "activity")}>{ui.words.parent.seeAll}</a>}
    >
      {groupByDay(ui, child, earlier.slice(0, EARLIER_LINE_COUNT)).map((group) => (
        <>
          <h3 class="day">{group.title}</h3>
          <ActivityList ui={ui} child={child} lines={group.lines} />
        </>
      ))}
    </Card>
  );
}

export function ActivityPage(props: ParentProps): Html {
  const { ui, child } = props;
  const title = fill(ui.words.parent.activityTitle, { name: child.firstName });
  const groups = groupByDay(ui, child, child.activity);
  return (
    <ParentFrame {...props} place="activity" title={title}>
      <h1 class="page-title">{title}</h1>
      <div class="narrow" id="feed" data-region>
        {groups.length === 0 ? (
          <Card>
            <Empty ui={ui} icon="list">
              {ui.words.parent.activityEmpty}
            </Empty>
          </Card>
        ) : (
          groups.map((group) => (
            <Card title={group.title}>
              <ActivityList ui={ui} child={child} lines={group.lines} />
            </Card>
          ))
        )}
      </div>
    </ParentFrame>
  );
}

export function NoChildrenPage(props: { ui: Ui }): Html {
  const words = props.ui.words.parent;
  return (
    <Document ui={props.ui} title={words.noChildrenTitle} area="parent">
      <div class="door">
        <h1>{words.noChildrenTitle}</h1>
        <p class="lead">{words.noChildren}</p>
      </div>
    </Document>
  );
}
