import { rupiah } from "@saku/protocol";
import type { PropsWithChildren } from "hono/jsx";
import { PageHead } from "../../design/document.tsx";
import { Money } from "../../design/text.tsx";
import type { Html, Island, Ui } from "../../design/ui.ts";
import { SCHOOL_PATH, SchoolFrame, type SchoolProps } from "../frame.tsx";

export const MONEY_PATH = {
  home: "/sekolah/uang",
  pay: "/sekolah/uang/kantin",
  count: "/sekolah/uang/kas",
  review: "/sekolah/uang/periksa",
  disputes: "/sekolah/uang/keberatan",
  z: "/sekolah/uang/tutup-hari",
} as const;

/** An amount that may be less than nothing. */
export function SignedMoney(props: { ui: Ui; amount: number }): Html {
  const { ui, amount } = props;
  return <Money ui={ui} amount={rupiah(Math.abs(amount))} sign={amount < 0 ? "minus" : "none"} />;
}

/** The frame of every page behind the money desk's front page. */
export function MoneyFrame(
  props: PropsWithChildren<
    SchoolProps & {
      title: string;
      lead: string;
      back?: string;
      isLive?: boolean;
      islands?: readonly Island[];
    }
  >,
): Html {
  const { ui, title, lead } = props;
  return (
    <SchoolFrame {...props} place="money">
      <PageHead ui={ui} back={props.back ?? SCHOOL_PATH.money} lead={lead}>
        {title}
      </PageHead>
      {props.children}
    </SchoolFrame>
  );
}
