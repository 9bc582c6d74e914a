//! The pages: theirs is every address that is nobody else's, for those who read HTML.

use crate::world::World;
use axum::body::Body;
use axum::http::Request;

fn reading(path: &str) -> Request<Body> {
    Request::get(path)
        .header("accept", "text/html,application/xhtml+xml;q=0.9")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_page_is_served_where_somebody_reads_and_a_problem_where_a_program_asks() {
    let world = World::new().await;
    world.get("/no/such/page").await.expect_problem(404, "not_found");
    world.get("/assets/none.js").await.expect_problem(404, "not_found");
    world.send(reading("/v1/nothing")).await.expect_problem(404, "not_found");
    let posted = Request::post("/jobs").body(Body::empty()).unwrap();
    world.send(posted).await.expect_problem(404, "not_found");
    for path in ["/", "/jobs/job_0123", "/performances?state=x"] {
        let answer = world.send(reading(path)).await;
        // Without Node the API is built without its pages, and says so.
        if answer.status == 404 {
            assert!(answer.expect_problem(404, "not_found").text("detail").contains("make build"));
            continue;
        }
        let answer = answer.expect(200);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let tag = answer.header("etag").to_owned();
        let again = Request::get("/").header("if-none-match", tag).body(Body::empty()).unwrap();
        assert!(world.send(again).await.expect(304).body.is_empty());
    }
}
