import type { PropsWithChildren } from "hono/jsx";
import type { ChildView } from "../../core/reports/views.ts";
import { Document, type NavItem } from "../design/document.tsx";
import { Notice } from "../design/pieces.tsx";
import type { Html, Island, Ui } from "../design/ui.ts";

export type ParentPlace = "home" | "activity" | "limit" | "consent";

export type ParentProps = {
  readonly ui: Ui;
  readonly child: ChildView;
  readonly siblings: readonly ChildView[];
  /** What the last order did, said once at the top. */
  readonly notice: string | null;
};

export const PARENT_PATH: Readonly<Record<ParentPlace, string>> = {
  home: "",
  activity: "/aktivitas",
  limit: "/batas",
  consent: "/izin",
};

export function childPath(
  child: { readonly student: string },
  place: ParentPlace = "home",
): string {
  return `/ortu/${child.student}${PARENT_PATH[place]}`;
}

/** The frame of every page about one child: chips for the children, the four places, what was just done. */
export function ParentFrame(
  props: PropsWithChildren<
    ParentProps & { place: ParentPlace; title: string; islands?: readonly Island[] }
  >,
): Html {
  const { ui, child, place } = props;
  return (
    <Document
      ui={ui}
      title={props.title}
      area="parent"
      heading={child.schoolName}
      hasEye
      nav={navOf(ui, child, place)}
      stream={`/ortu/${child.student}/langsung`}
      islands={["live", "page", ...(props.islands ?? [])]}
    >
      <ChildChips {...props} />
      {props.notice === null ? null : (
        <Notice ui={ui} tone="ok">
          {props.notice}
        </Notice>
      )}
      {props.children}
      <p class="sr-only" role="status" id="live-said" />
    </Document>
  );
}

function navOf(ui: Ui, child: ChildView, current: ParentPlace): readonly NavItem[] {
  const words = ui.words.parent;
  const items = [
    { place: "home", label: words.home, icon: "home" },
    { place: "activity", label: words.activity, icon: "list" },
    { place: "limit", label: words.limit, icon: "gauge" },
    { place: "consent", label: words.consent, icon: "finger" },
  ] as const;
  return items.map(({ place, label, icon }) => ({
    href: childPath(child, place),
    label,
    icon,
    isCurrent: place === current,
  }));
}

/** One tap to another child; with one child there is nothing to choose. */
function ChildChips(props: ParentProps & { place: ParentPlace }): Html {
  const { ui, child, siblings, place } = props;
  if (siblings.length < 2) return <></>;
  return (
    <nav class="children" aria-label={ui.words.parent.children}>
      {siblings.map((sibling) => (
        <a
          class="child"
          href={childPath(sibling, place)}
          aria-current={sibling.student === child.student ? "true" : undefined}
        >
          {`${sibling.firstName} · ${sibling.className}`}
        </a>
      ))}
    </nav>
  );
}
