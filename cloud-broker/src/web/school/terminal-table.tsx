import type { UnixMs, ZoneMinutes } from "@saku/protocol";
import type { TerminalView } from "../../core/reports/views.ts";
import { Chip, TableFrame, type IconName, type Tone } from "../design/pieces.tsx";
import { Ago, Money } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { SCHOOL_PATH } from "./frame.tsx";

export function TerminalTable(props: {
  ui: Ui;
  terminals: readonly TerminalView[];
  zone: ZoneMinutes;
  nowMs: UnixMs;
  canRevoke: boolean;
}): Html {
  const { ui, terminals, canRevoke } = props;
  const words = ui.words.terminals;
  return (
    <TableFrame label={words.title}>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.state}</th>
          <th scope="col" class="number">
            {words.unsent}
          </th>
          <th scope="col" class="number">
            {words.held}
          </th>
          <th scope="col">{words.seen}</th>
          <th scope="col">{words.version}</th>
          {canRevoke ? (
            <th scope="col">
              <span class="sr-only">{words.revoke}</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {terminals.map((terminal) => (
          <Row {...props} terminal={terminal} />
        ))}
      </tbody>
    </TableFrame>
  );
}

function Row(props: {
  ui: Ui;
  terminal: TerminalView;
  zone: ZoneMinutes;
  nowMs: UnixMs;
  canRevoke: boolean;
}): Html {
  const { ui, terminal, zone, nowMs, canRevoke } = props;
  const words = ui.words.terminals;
  return (
    <tr>
      <th scope="row">
        {terminal.name}
        <span class="row-note">{terminal.merchantName}</span>
      </th>
      <td>
        <StateChip ui={ui} terminal={terminal} />
      </td>
      <td class="number">{ui.formats.count(terminal.unsentCount)}</td>
      <td class="number">
        <Money ui={ui} amount={terminal.heldRupiah} />
      </td>
      <td class="plain">
        <Ago ui={ui} atMs={terminal.lastSeenAtMs} nowMs={nowMs} zone={zone} />
      </td>
      <td class="plain">{terminal.software === "" ? "–" : terminal.software}</td>
      {canRevoke ? (
        <td class="number">
          {terminal.state === "revoked" ? null : (
            <a href={`${SCHOOL_PATH.terminals}/${terminal.device}/cabut`}>
              {words.revoke}
              <span class="sr-only"> {terminal.name}</span>
            </a>
          )}
        </td>
      ) : null}
    </tr>
  );
}

/** Offline is not broken: only what stops selling is red. */
function StateChip(props: { ui: Ui; terminal: TerminalView }): Html {
  const { ui, terminal } = props;
  const words = ui.words.terminals;
  const [tone, icon, text] = ((): readonly [Tone, IconName, string] => {
    switch (terminal.state) {
      case "pending":
        return ["quiet", "clock", words.pending];
      case "lost":
        return ["bad", "alert", words.lost];
      case "quarantined":
        return ["bad", "alert", words.quarantined];
      case "revoked":
        return ["quiet", "cross", words.revoked];
      case "active":
        return terminal.isOnline
          ? ["ok", "check", words.online]
          : ["offline", "cloud-off", words.offline];
    }
  })();
  return (
    <Chip ui={ui} tone={tone} icon={icon}>
      {text}
    </Chip>
  );
}
