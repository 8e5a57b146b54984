import { FLOWS, OWED, OWNED } from "../../core/ledger/flows.ts";

const listed = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(",");

/** The table of flows as a condition that a posting must meet. */
const followsItsRecipe = Object.entries(FLOWS)
  .flatMap(([recipe, flow]) =>
    (["debit", "credit"] as const).map(
      (side) =>
        `(j.recipe = '${recipe}' AND p.side = '${side}' AND a.kind IN (${listed(flow[side])}))`,
    ),
  )
  .join("\n        OR ");

/** Rules of the school's money desk as questions that must have no answer. */
export const MONEY_CHECKS: readonly { readonly rule: string; readonly sql: string }[] = [
  {
    rule: "I8 refunds, disputes and voids are within their sale",
    sql: `SELECT s.event FROM sale s WHERE s.refunded_child + s.disputed > s.covered
        OR s.refunded_other > s.amount - s.covered
        OR (s.voided_by IS NOT NULL AND s.refunded_child + s.refunded_other > 0)`,
  },
  {
    rule: "I8 a sale knows what was given back of it",
    sql: `SELECT s.event FROM sale s
      WHERE s.refunded_child <> (SELECT coalesce(sum(r.to_child), 0) FROM refund r WHERE r.sale = s.event)
          + (SELECT coalesce(sum(d.to_child), 0) FROM dispute d WHERE d.sale = s.event AND d.state = 'decided')
        OR s.refunded_other <> (SELECT coalesce(sum(r.to_other), 0) FROM refund r WHERE r.sale = s.event)
        OR s.disputed <> (SELECT coalesce(sum(d.amount), 0) FROM dispute d WHERE d.sale = s.event AND d.state = 'open')`,
  },
  {
    rule: "I9 no settlement was more than payable less held",
    sql: `SELECT s.id FROM settlement s WHERE (SELECT sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END)
        FROM posting p JOIN journal j ON j.school = p.school AND j.id = p.journal
        WHERE p.account = 'merchant:' || s.merchant AND p.school = s.school AND j.seq <= s.seq) < 0`,
  },
  {
    rule: "I9 held money is that of open disputes",
    sql: `SELECT a.school, a.id FROM account a WHERE a.kind = 'held' AND a.credit - a.debit <>
        (SELECT coalesce(sum(d.amount), 0) FROM dispute d
          WHERE d.school = a.school AND d.merchant = a.owner AND d.state = 'open')`,
  },
  {
    rule: "I10 what the school has is what it owes",
    sql: `SELECT school FROM account GROUP BY school
      HAVING sum(CASE WHEN kind IN (${listed(OWNED)}) THEN debit - credit ELSE 0 END)
        <> sum(CASE WHEN kind IN (${listed(OWED)}) THEN credit - debit ELSE 0 END)`,
  },
  {
    rule: "I12 nothing is dated into a sealed period",
    sql: `SELECT j.school, j.id FROM journal j JOIN period p ON p.school = j.school
      WHERE j.day <= p.through AND j.posted_at > p.sealed_at`,
  },
  {
    rule: "L9 every journal keeps to the accounts of its recipe",
    sql: `SELECT j.school, j.id FROM journal j JOIN posting p ON p.school = j.school AND p.journal = j.id
        JOIN account a ON a.school = p.school AND a.id = p.account
      WHERE NOT (${followsItsRecipe})`,
  },
  {
    rule: "L6 a terminal's suspense is what it sold beyond its leases",
    sql: `SELECT a.school, a.id FROM account a WHERE a.kind = 'suspense' AND a.holder <> '' AND a.debit - a.credit <>
        (SELECT coalesce(sum(s.amount - s.covered - s.refunded_other), 0) FROM sale s
          WHERE s.school = a.school AND s.device = a.holder AND s.uncovered_by = 'suspense' AND s.voided_by IS NULL)`,
  },
  {
    rule: "L13 money without an owner is listed, rupiah by rupiah",
    sql: `SELECT a.school, a.id FROM account a WHERE a.kind = 'suspense' AND a.holder = '' AND a.credit - a.debit <>
        (SELECT coalesce(sum(f.amount), 0) FROM found_money f
          WHERE f.school = a.school AND f.source = a.owner AND f.state = 'open')`,
  },
  {
    rule: "L13 clearing is what was paid in and not paid out",
    sql: `SELECT a.school, a.id FROM account a WHERE a.kind = 'clearing' AND a.debit - a.credit <>
        (SELECT coalesce(sum(p.amount), 0) FROM payment p WHERE p.school = a.school AND p.provider = a.owner)
        - (SELECT coalesce(sum(o.net + o.fee), 0) FROM payout o WHERE o.school = a.school AND o.provider = a.owner)`,
  },
  {
    rule: "L13 a top-up is settled by one payment of its amount",
    sql: `SELECT t.school, t.id FROM top_up t LEFT JOIN payment p ON p.provider = t.provider AND p.order_ref = t.order_ref
        AND p.outcome = 'settled'
      GROUP BY t.school, t.id, t.state, t.expected
      HAVING (t.state = 'settled' AND (count(p.payment) <> 1 OR coalesce(max(p.amount), 0) <> t.expected))
        OR (t.state <> 'settled' AND count(p.payment) > 0)`,
  },
  {
    rule: "L16 what two persons must agree to was not agreed to by one",
    sql: `SELECT school, id FROM approval WHERE state = 'agreed' AND (answered_by IS NULL OR answered_by = asked_by)`,
  },
];
