import type { Child, PropsWithChildren } from "hono/jsx";
import { Icon, type IconName } from "./pieces.tsx";
import type { Html, Island, Ui } from "./ui.ts";

export type NavItem = {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
  readonly isCurrent: boolean;
};

export type DocumentProps = PropsWithChildren<{
  ui: Ui;
  title: string;
  area: "public" | "parent" | "school";
  islands?: readonly Island[];
  /** The stream that tells when this page has something new. */
  stream?: string;
  nav?: readonly NavItem[];
  /** The school's or the product's name at the top. */
  heading?: string;
  hasEye?: boolean;
}>;

/** The whole page. Nothing inline: the policy allows scripts and styles from our own files only. */
export function Document(props: DocumentProps): Html {
  const { ui, title } = props;
  return (
    <html lang={ui.language} class={ui.isDiscreet ? "is-discreet" : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <title>{`${title} · ${ui.words.app.name}`}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#FBFAF7" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#12151A" media="(prefers-color-scheme: dark)" />
        <meta name="robots" content="noindex" />
        <link rel="stylesheet" href={ui.assets.stylesheet} />
        <link rel="icon" href={ui.assets.mark} type="image/svg+xml" />
        {(props.islands ?? []).map((island) => {
          const url = ui.assets.island(island);
          return url === null ? null : <script type="module" src={url} />;
        })}
      </head>
      <body class={`area-${props.area}`} data-stream={props.stream}>
        <a class="skip" href="#isi">
          {ui.words.app.skip}
        </a>
        <TopBar {...props} />
        {props.nav === undefined ? null : <Nav ui={ui} items={props.nav} />}
        <main id="isi" tabindex={-1}>
          {props.children}
        </main>
        <footer class="foot">
          <LanguageSwitch ui={ui} />
          {ui.csrf === null ? null : <SignOut ui={ui} csrf={ui.csrf} />}
        </footer>
      </body>
    </html>
  );
}

function TopBar(props: DocumentProps): Html {
  const { ui } = props;
  return (
    <header class="top">
      <a class="brand" href="/">
        <Icon ui={ui} name="mark" />
        <span>{props.heading ?? ui.words.app.name}</span>
      </a>
      <div class="top-tools">
        {props.stream === undefined ? null : <LiveMark ui={ui} />}
        {props.hasEye === true ? <Eye ui={ui} /> : null}
      </div>
    </header>
  );
}

/** Hidden until the live module runs, because without it the page is not live. */
function LiveMark(props: { ui: Ui }): Html {
  const { live, liveRetrying, liveSlow } = props.ui.words.app;
  return (
    <p
      class="live"
      id="live-mark"
      role="status"
      hidden
      data-live={live}
      data-retrying={liveRetrying}
      data-slow={liveSlow}
    />
  );
}

function Eye(props: { ui: Ui }): Html {
  const { ui } = props;
  const { hideAmounts, showAmounts } = ui.words.app;
  return (
    <form method="post" action="/nominal" class="eye">
      <input type="hidden" name="back" value={ui.path} />
      <input type="hidden" name="hidden" value={ui.isDiscreet ? "0" : "1"} />
      <button type="submit" class="tool" data-hide={hideAmounts} data-show={showAmounts}>
        <span class="eye-open">
          <Icon ui={ui} name="eye" />
        </span>
        <span class="eye-shut">
          <Icon ui={ui} name="eye-off" />
        </span>
        <span class="sr-only" id="eye-label">
          {ui.isDiscreet ? showAmounts : hideAmounts}
        </span>
      </button>
    </form>
  );
}

function Nav(props: { ui: Ui; items: readonly NavItem[] }): Html {
  return (
    <nav class="nav" aria-label={props.ui.words.app.menu}>
      <ul>
        {props.items.map((item) => (
          <li>
            <a href={item.href} aria-current={item.isCurrent ? "page" : undefined}>
              <Icon ui={props.ui} name={item.icon} />
              <span>{item.label}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function LanguageSwitch(props: { ui: Ui }): Html {
  const { ui } = props;
  const other = ui.language === "id" ? "en" : "id";
  return (
    <form method="post" action="/bahasa">
      <input type="hidden" name="back" value={ui.path} />
      <button type="submit" class="quiet" name="language" value={other} lang={other}>
        <Icon ui={ui} name="language" />
        <span>{ui.words.app.otherLanguage}</span>
      </button>
    </form>
  );
}

function SignOut(props: { ui: Ui; csrf: string }): Html {
  return (
    <form method="post" action="/keluar">
      <input type="hidden" name="csrf" value={props.csrf} />
      <button type="submit" class="quiet">
        <Icon ui={props.ui} name="sign-out" />
        <span>{props.ui.words.app.signOut}</span>
      </button>
    </form>
  );
}

/** A page's own title and the way back. */
export function PageHead(props: PropsWithChildren<{ ui: Ui; back?: string; lead?: Child }>): Html {
  return (
    <header class="page-head">
      {props.back === undefined ? null : (
        <a class="back" href={props.back}>
          <Icon ui={props.ui} name="chevron" />
          <span>{props.ui.words.app.back}</span>
        </a>
      )}
      <h1>{props.children}</h1>
      {props.lead === undefined ? null : <p class="lead">{props.lead}</p>}
    </header>
  );
}
