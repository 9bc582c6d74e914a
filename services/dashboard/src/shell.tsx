/** What stands around every page: navigation, the state of the connection, the theme, the key. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { connection } from "./api/connection";
import { apiKey, keyWanted, useKey } from "./api/key";
import { clock, relative } from "./format/time";
import { BatchesIcon, CloseIcon, JobsIcon, KeyIcon, MenuIcon, MoonIcon, OverviewIcon, PerformancesIcon, PoliciesIcon, SubmitIcon, SunIcon, SystemIcon, WorkersIcon } from "./parts/icons";
import { KeyDialog } from "./parts/key_dialog";
import { now } from "./parts/now";
import { place } from "./router";
import { type Theme, chooseTheme, theme } from "./theme";

const LINKS = [
  { href: "/", name: "Overview", Icon: OverviewIcon },
  { href: "/jobs", name: "Jobs", Icon: JobsIcon },
  { href: "/batches", name: "Batches", Icon: BatchesIcon },
  { href: "/performances", name: "Performances", Icon: PerformancesIcon },
  { href: "/policies", name: "Policies", Icon: PoliciesIcon },
  { href: "/workers", name: "Workers", Icon: WorkersIcon },
  { href: "/submit", name: "Submit", Icon: SubmitIcon },
];

export function Shell({ children }: { children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const [asksKey, setAsksKey] = useState(false);
  const path = place.value.path;
  useEffect(() => setOpen(false), [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href="/" aria-label="Toccata, overview">
          <img src="/toccata.svg" alt="" width="22" height="22" />
          <span>Toccata</span>
        </a>
        <button type="button" class="button ghost menu-button" aria-expanded={open} aria-controls="nav" onClick={() => setOpen(!open)}>
          {open ? <CloseIcon /> : <MenuIcon />}
          Menu
        </button>
        <nav id="nav" class={open ? "nav open" : "nav"} aria-label="Pages">
          <ul>
            {LINKS.map(({ href, name, Icon }) => (
              <li key={href}>
                <a href={href} aria-current={isHere(href, path) ? "page" : undefined}>
                  <Icon />
                  {name}
                </a>
              </li>
            ))}
          </ul>
          <div class="nav-foot">
            <LiveSign />
            <ThemeChoice />
            {apiKey.value ? (
              <button type="button" class="button ghost" onClick={() => useKey("")}>
                <KeyIcon /> Forget the key
              </button>
            ) : (
              <button type="button" class="button ghost" onClick={() => setAsksKey(true)}>
                <KeyIcon /> Use a key
              </button>
            )}
            <a class="small muted" href="/docs/" target="_blank" rel="noopener">
              API documentation
            </a>
          </div>
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <AwayBanner />
        {children}
      </main>
      {(keyWanted.value || asksKey) && (
        <KeyDialog
          wanted={keyWanted.value}
          close={() => {
            setAsksKey(false);
            keyWanted.value = false;
          }}
        />
      )}
    </div>
  );
}

function isHere(href: string, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}

function LiveSign() {
  const { state } = connection.value;
  const words = { live: "Live", away: "API away", connecting: "Connecting" }[state];
  return (
    <span class={`live live-${state}`}>
      <span class="live-dot" aria-hidden="true" />
      {words}
    </span>
  );
}

/** The banner keeps its place in the page's order, so that screen readers hear it once when it appears. */
function AwayBanner() {
  const state = connection.value;
  return (
    <div class="away-place" role="status">
      {state.state === "away" && (
        <div class="away">
          <strong>The API is away since {clock(state.since_ms)}</strong>{" "}
          <span aria-hidden="true">({relative(state.since_ms, now.value)})</span>. Showing what was last known; asking again by itself.
        </div>
      )}
    </div>
  );
}

const THEMES: readonly { value: Theme; name: string; Icon: typeof SunIcon }[] = [
  { value: "system", name: "System theme", Icon: SystemIcon },
  { value: "light", name: "Light theme", Icon: SunIcon },
  { value: "dark", name: "Dark theme", Icon: MoonIcon },
];

function ThemeChoice() {
  return (
    <div class="segments" role="group" aria-label="Theme">
      {THEMES.map(({ value, name, Icon }) => (
        <button key={value} type="button" aria-label={name} title={name} aria-pressed={theme.value === value} onClick={() => chooseTheme(value)}>
          <Icon />
        </button>
      ))}
    </div>
  );
}
