/** Which page stands at which address. The performance and the policy page draw on canvases and are loaded when opened. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Loading, ProblemNotice } from "./parts/notice";
import { apiKey } from "./api/key";
import { problemOf } from "./api/problem";
import { BatchPage } from "./pages/batches/batch_page";
import { BatchesPage } from "./pages/batches/batches_page";
import { JobPage } from "./pages/jobs/job_page";
import { JobsPage } from "./pages/jobs/jobs_page";
import { OverviewPage } from "./pages/overview/overview_page";
import { PerformancesPage } from "./pages/performances/performances_page";
import { WorkersPage } from "./pages/workers/workers_page";
import { NotFoundPage } from "./pages/not_found_page";
import { match, place } from "./router";
import { Shell } from "./shell";

type PageOf = ComponentType<{ id: string }>;

const PerformancePage = later(() => import("./pages/performance/performance_page").then((module) => module.PerformancePage));
const PoliciesPage = later(() => import("./pages/policies/policies_page").then((module) => module.PoliciesPage));
const PolicyPage = later(() => import("./pages/policies/policy_page").then((module) => module.PolicyPage));
const SubmitPage = later(() => import("./pages/submit/submit_page").then((module) => module.SubmitPage));

const PAGES: readonly [pattern: string, page: PageOf][] = [
  ["/", OverviewPage],
  ["/jobs", JobsPage],
  ["/jobs/:id", JobPage],
  ["/batches", BatchesPage],
  ["/batches/:id", BatchPage],
  ["/performances", PerformancesPage],
  ["/performances/:id", PerformancePage],
  ["/policies", PoliciesPage],
  ["/policies/:id", PolicyPage],
  ["/workers", WorkersPage],
  ["/submit", SubmitPage],
];

export function App() {
  const { path } = place.value;
  for (const [pattern, Page] of PAGES) {
    const parts = match(pattern, path);
    if (parts) {
      const id = parts["id"] ?? "";
      return (
        <Shell>
          <Page key={`${pattern} ${id} ${apiKey.value}`} id={id} />
        </Shell>
      );
    }
  }
  return (
    <Shell>
      <NotFoundPage />
    </Shell>
  );
}

/** A page whose script is loaded when it is first opened. */
function later(load: () => Promise<PageOf>): PageOf {
  let loaded: PageOf | undefined;
  return function Later({ id }) {
    const [state, setState] = useState<{ page: PageOf | undefined; error: unknown }>({ page: loaded, error: undefined });
    const [tries, setTries] = useState(0);
    useEffect(() => {
      if (loaded) return;
      let gone = false;
      load().then(
        (page) => {
          loaded = page;
          if (!gone) setState({ page, error: undefined });
        },
        (error: unknown) => !gone && setState({ page: undefined, error }),
      );
      return () => {
        gone = true;
      };
    }, [tries]);
    if (state.error !== undefined) return <ProblemNotice problem={problemOf(state.error)} retry={() => setTries(tries + 1)} />;
    const Page = state.page;
    return Page ? <Page id={id} /> : <Loading lines={8} />;
  };
}
