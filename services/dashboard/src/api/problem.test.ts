import { expect, test } from "vitest";
import { AwayError, ProblemError, decodeProblem, problemOf } from "./problem";

const problem = { type: "urn:toccata:problem:invalid_query", title: "A query parameter cannot be used", status: 400, code: "invalid_query", detail: "limit: must be 1 to 1000", errors: [], trace_id: "0" };

test("a problem document is taken as it is", () => {
  const error = decodeProblem(400, "application/problem+json", JSON.stringify(problem));
  expect(error).toBeInstanceOf(ProblemError);
  expect(problemOf(error)).toEqual(problem);
});

test("a proxy's page means that the API is away", () => {
  expect(decodeProblem(502, "text/html", "<h1>Bad gateway</h1>")).toBeInstanceOf(AwayError);
  expect(decodeProblem(503, "application/problem+json", '{"title": "cut o')).toBeInstanceOf(AwayError);
  expect(problemOf(decodeProblem(500, "text/plain", "")).code).toBe("api_away");
});

test("an answer that says nothing still has a status", () => {
  expect(problemOf(decodeProblem(404, "text/plain", "")).code).toBe("http_404");
  expect(problemOf(new Error("x")).code).toBe("dashboard_fault");
});
