/** The frame of every page: its heading, what can be done there, and its content. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

interface PageProps {
  title: string;
  /** Where the page hangs: a link back. */
  above?: { href: string; name: string };
  sub?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function Page({ title, above, sub, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Toccata`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div class="page-title">
          {above && (
            <a class="above" href={above.href}>
              {above.name}
            </a>
          )}
          <h1 tabIndex={-1}>{title}</h1>
          {sub && <div class="page-sub">{sub}</div>}
        </div>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}
