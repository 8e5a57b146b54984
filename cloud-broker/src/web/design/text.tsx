import type { Rupiah, SchoolDay, UnixMs, ZoneMinutes } from "@saku/protocol";
import type { Child } from "hono/jsx";
import type { Sign } from "./formats.ts";
import type { Html, Ui } from "./ui.ts";

/** An amount that the eye button can hide; "Rp" is set apart so that large sizes can make it smaller. */
export function Money(props: { ui: Ui; amount: Rupiah; sign?: Sign }): Html {
  const text = props.ui.formats.money(props.amount, props.sign ?? "none");
  const end = text.indexOf("Rp") + 2;
  return (
    <span class="money">
      <span class="money-value">
        <span class="money-unit">{text.slice(0, end)}</span>
        {text.slice(end)}
      </span>
    </span>
  );
}

/** A sentence of the catalogue with markup in its `{places}`. */
export function Sentence(props: { text: string; parts: Readonly<Record<string, Child>> }): Html {
  const pieces = props.text.split(/\{(\w+)\}/);
  return <>{pieces.map((piece, index) => (index % 2 === 0 ? piece : props.parts[piece]))}</>;
}

/** A moment as people read it, and as machines do. */
export function Time(props: { atMs: UnixMs; text: string }): Html {
  return <time datetime={new Date(props.atMs).toISOString()}>{props.text}</time>;
}

/** "Hari ini", "Kemarin", or the day's name and date. */
export function dayTitle(ui: Ui, day: SchoolDay, today: SchoolDay): string {
  if (day === today) return ui.words.app.today;
  const oneDayMs = 86_400_000;
  return utcOf(today) - utcOf(day) === oneDayMs ? ui.words.app.yesterday : ui.formats.day(day);
}

function utcOf(day: SchoolDay): number {
  return Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
}

/** How long ago in plain words; the exact moment stays in the element. */
export function Ago(props: {
  ui: Ui;
  atMs: UnixMs | null;
  nowMs: UnixMs;
  zone: ZoneMinutes;
}): Html {
  const { ui, atMs, nowMs, zone } = props;
  const words = ui.words.terminals;
  if (atMs === null) return <span>{words.never}</span>;
  const minutes = Math.max(0, Math.floor((nowMs - atMs) / 60_000));
  if (minutes < 1) return <Time atMs={atMs} text={words.justNow} />;
  if (minutes < 60)
    return <Time atMs={atMs} text={words.minutesAgo.replace("{count}", String(minutes))} />;
  if (minutes < 24 * 60)
    return (
      <Time
        atMs={atMs}
        text={words.hoursAgo.replace("{count}", String(Math.floor(minutes / 60)))}
      />
    );
  return <Time atMs={atMs} text={ui.formats.dayAndTime(atMs, zone)} />;
}
