import type { PropsWithChildren } from "hono/jsx";
import type { SchoolView } from "../../core/reports/views.ts";
import { Document, type NavItem } from "../design/document.tsx";
import { Notice } from "../design/pieces.tsx";
import type { Html, Island, Ui } from "../design/ui.ts";

export type SchoolPlace =
  "today" | "students" | "topUp" | "terminals" | "stalls" | "money" | "ledger";

export type SchoolProps = {
  readonly ui: Ui;
  readonly school: SchoolView;
  readonly notice: string | null;
};

export const SCHOOL_PATH: Readonly<Record<SchoolPlace, string>> = {
  today: "/sekolah",
  students: "/sekolah/siswa",
  topUp: "/sekolah/isi-saldo",
  terminals: "/sekolah/terminal",
  stalls: "/sekolah/kantin",
  money: "/sekolah/uang",
  ledger: "/sekolah/neraca",
};

const PLACES = [
  { place: "today", icon: "home" },
  { place: "students", icon: "people" },
  { place: "topUp", icon: "wallet" },
  { place: "terminals", icon: "terminal" },
  { place: "stalls", icon: "store" },
  // The trial balance is one of the money desk's pages.
  { place: "money", icon: "scale" },
] as const;

/** The frame of every school page. */
export function SchoolFrame(
  props: PropsWithChildren<
    SchoolProps & {
      place: SchoolPlace;
      title: string;
      islands?: readonly Island[];
      /** Pages that show a secret once must not ask for themselves again. */
      isLive?: boolean;
    }
  >,
): Html {
  const { ui, place } = props;
  const nav: readonly NavItem[] = PLACES.map((item) => ({
    href: SCHOOL_PATH[item.place],
    label: ui.words.school[item.place],
    icon: item.icon,
    isCurrent: item.place === (place === "ledger" ? "money" : place),
  }));
  const live = props.isLive === true ? { stream: "/sekolah/langsung" } : {};
  const islands: readonly Island[] = props.isLive === true ? ["live", "page"] : ["page"];
  return (
    <Document
      ui={ui}
      title={props.title}
      area="school"
      heading={props.school.name}
      nav={nav}
      islands={[...islands, ...(props.islands ?? [])]}
      {...live}
    >
      {props.notice === null ? null : (
        <Notice ui={ui} tone="ok">
          {props.notice}
        </Notice>
      )}
      {props.children}
    </Document>
  );
}
