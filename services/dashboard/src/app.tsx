/** Which page stands at which address. All but the first are loaded when they are opened. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Loading, ProblemNotice } from "./parts/notice";
import { apiKey } from "./api/key";
import { problemOf } from "./api/problem";
import { OverviewPage } from "./pages/overview/overview_page";
import { NotFoundPage } from "./pages/not_found_page";
import { match, place } from "./router";
import { Shell } from "./shell";

type PageOf = ComponentType<{ id: string }>;

const BatchPage = later(() => import("./pages/batches/batch_page").then((module) => module.BatchPage));
const BatchesPage = later(() => import("./pages/batches/batches_page").then((module) => module.BatchesPage));
const JobPage = later(() => import("./pages/jobs/job_page").then((module) => module.JobPage));
const JobsPage = later(() => import("./pages/jobs/jobs_page").then((module) => module.JobsPage));
const PerformancesPage = later(() => import("./pages/performances/performances_page").then((module) => module.PerformancesPage));
const WorkersPage = later(() => import("./pages/workers/workers_page").then((module) => module.WorkersPage));
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
