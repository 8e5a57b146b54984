import type { Rupiah, SchoolDay, UnixMs, ZoneMinutes } from "@saku/protocol";
import { LOCALE_OF, type Language } from "./language.ts";

/** U+2212: as wide as a plus and read as "minus", unlike the hyphen that CLDR gives. */
export const MINUS_SIGN = "\u2212";

export type Sign = "none" | "plus" | "minus";

/** Numbers, money and times as people in an Indonesian school write them. */
export type Formats = {
  /** "Rp 12.500" with a no-break space. */
  money(amount: Rupiah, sign?: Sign): string;
  count(count: number): string;
  /** "10.05" on the school's wall clock. */
  time(atMs: UnixMs, zone: ZoneMinutes): string;
  /** "10.05 WIB". */
  timeWithZone(atMs: UnixMs, zone: ZoneMinutes): string;
  /** "Senin, 23 November". */
  day(day: SchoolDay): string;
  /** "23 Nov 10.05", for moments on another day. */
  dayAndTime(atMs: UnixMs, zone: ZoneMinutes): string;
};

const ZONE_NAME: Readonly<Record<ZoneMinutes, string>> = {
  420: "Asia/Jakarta",
  480: "Asia/Makassar",
  540: "Asia/Jayapura",
};

const SIGN_TEXT: Readonly<Record<Sign, string>> = { none: "", plus: "+", minus: MINUS_SIGN };

/** Intl objects are slow to make (about 0.1 ms each), so each is made once. */
function remembered<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(key);
    known.set(key, made);
    return made;
  };
}

function createFormats(language: Language): Formats {
  const locale = LOCALE_OF[language];
  const money = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "IDR",
    maximumFractionDigits: 0,
  });
  const count = new Intl.NumberFormat(locale);
  const day = new Intl.DateTimeFormat(locale, {
    weekday: "long",
    day: "numeric",
    month: "long",
    timeZone: "UTC",
  });
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hour12: false };
  const timeIn = remembered(
    (zone: ZoneMinutes) => new Intl.DateTimeFormat(locale, { ...clock, timeZone: ZONE_NAME[zone] }),
  );
  const timeWithZoneIn = remembered(
    (zone: ZoneMinutes) =>
      new Intl.DateTimeFormat(locale, {
        ...clock,
        timeZone: ZONE_NAME[zone],
        timeZoneName: "short",
      }),
  );
  const dateIn = remembered(
    (zone: ZoneMinutes) =>
      new Intl.DateTimeFormat(locale, {
        day: "numeric",
        month: "short",
        timeZone: ZONE_NAME[zone],
      }),
  );
  return {
    money: (amount, sign = "none") => SIGN_TEXT[sign] + money.format(amount),
    count: (value) => count.format(value),
    time: (atMs, zone) => timeIn(zone).format(atMs),
    timeWithZone: (atMs, zone) => timeWithZoneIn(zone).format(atMs),
    day: (value) => day.format(utcOfDay(value)),
    dayAndTime: (atMs, zone) => `${dateIn(zone).format(atMs)}, ${timeIn(zone).format(atMs)}`,
  };
}

function utcOfDay(day: SchoolDay): number {
  return Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
}

export const formatsOf: (language: Language) => Formats = remembered(createFormats);
