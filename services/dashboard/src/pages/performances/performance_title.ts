/** What a performance is called. */
import type { PerformanceSummary } from "../../api/types";

export const performanceTitle = (one: Pick<PerformanceSummary, "title" | "source_name">): string => one.title ?? one.source_name;
