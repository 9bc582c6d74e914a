//! Keys, scopes, rates and quotas.

use crate::world::{World, json_request, video};
use axum::body::Body;
use axum::http::{Method, Request};
use catalog::KeyLimits;
use serde_json::{Value, json};

fn with_key(mut request: Request<Body>, key: &str) -> Request<Body> {
    request.headers_mut().insert("authorization", key.parse().unwrap());
    request
}

fn get(path: &str, key: &str) -> Request<Body> {
    with_key(Request::get(path).body(Body::empty()).unwrap(), key)
}

fn post(path: &str, body: &Value, key: &str) -> Request<Body> {
    with_key(json_request(Method::POST, path, body), key)
}

#[tokio::test]
async fn without_a_key_nobody_is_answered() {
    let closed = World::with(|config| config.dev.open_to_loopback = false).await;
    let refused = closed.get("/v1/jobs").await.expect_problem(401, "unauthenticated");
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    for key in [
        "Bearer",
        "Bearer tcc_x",
        "Basic dXNlcjpwYXNz",
        "Bearer tcc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        closed.send(get("/v1/jobs", key)).await.expect_problem(401, "unauthenticated");
    }
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json"] {
        closed.get(path).await.expect(200);
    }
}

#[tokio::test]
async fn open_to_this_machine_is_not_open_to_others_nor_to_pages_of_other_sites() {
    let world = World::new().await;
    world.get("/v1/jobs").await.expect(200);
    let afar = Request::get("/v1/jobs").body(Body::empty()).unwrap();
    world.send_from_afar(afar).await.expect_problem(401, "unauthenticated");
    for (name, value) in [("origin", "https://evil.example"), ("host", "evil.example:8080")] {
        let request = Request::get("/v1/jobs").header(name, value).body(Body::empty()).unwrap();
        world.send(request).await.expect_problem(403, "cross_origin");
    }
}

#[tokio::test]
async fn a_key_may_do_what_its_scopes_say() {
    let world = World::new().await;
    let reader = world.key(&["read"], KeyLimits::default()).await;
    let submitter = world.key(&["submit"], KeyLimits::default()).await;
    let admin = world.key(&["admin"], KeyLimits::default()).await;
    let body = json!({"url": video(1)});
    world.send(get("/v1/jobs", &reader)).await.expect(200);
    world
        .send(post("/v1/videos", &body, &reader))
        .await
        .expect_problem(403, "forbidden");
    world.send(get("/v1/jobs", &submitter)).await.expect_problem(403, "forbidden");
    let job = world.send(post("/v1/videos", &body, &submitter)).await.expect(202).text("id");
    world.send(get("/v1/keys", &submitter)).await.expect_problem(403, "forbidden");
    world.send(get("/v1/keys", &admin)).await.expect(200);
    world.send(get(&format!("/v1/jobs/{job}"), &admin)).await.expect(200);
}

#[tokio::test]
async fn what_another_key_made_is_not_changed() {
    let world = World::new().await;
    let [one, other] = [
        world.key(&["submit"], KeyLimits::default()).await,
        world.key(&["submit"], KeyLimits::default()).await,
    ];
    let admin = world.key(&["admin"], KeyLimits::default()).await;
    let job = world
        .send(post("/v1/videos", &json!({"url": video(1)}), &one))
        .await
        .expect(202)
        .text("id");
    let cancel = format!("/v1/jobs/{job}/cancel");
    world.send(post(&cancel, &json!({}), &other)).await.expect_problem(403, "forbidden");
    world.send(post(&cancel, &json!({}), &one)).await.expect(200);
    world
        .send(post(&format!("/v1/jobs/{job}/retry"), &json!({}), &admin))
        .await
        .expect(200);
    let upload = json!({"name": "a.mp4", "size_bytes": 3});
    let upload = world.send(post("/v1/uploads", &upload, &one)).await.expect(201).text("id");
    world
        .send(get(&format!("/v1/uploads/{upload}"), &other))
        .await
        .expect_problem(403, "forbidden");
    let submission = json!({"upload": upload});
    world
        .send(post("/v1/videos", &submission, &other))
        .await
        .expect_problem(403, "forbidden");
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let world = World::new().await;
    let limits = KeyLimits {
        requests_per_minute: Some(3),
        ..KeyLimits::default()
    };
    let key = world.key(&["read"], limits).await;
    for left in ["2", "1", "0"] {
        let answer = world.send(get("/v1/jobs", &key)).await.expect(200);
        assert!(
            answer.header("ratelimit").contains(&format!("r={left};")),
            "{}",
            answer.header("ratelimit")
        );
        assert_eq!(answer.header("ratelimit-policy"), "\"requests\";q=3;w=60");
    }
    let refused = world.send(get("/v1/jobs", &key)).await.expect_problem(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_key_may_have_so_many_unfinished_jobs() {
    let world = World::new().await;
    let limits = KeyLimits {
        active_jobs_max: Some(1),
        ..KeyLimits::default()
    };
    let key = world.key(&["submit"], limits).await;
    world.send(post("/v1/videos", &json!({"url": video(1)}), &key)).await.expect(202);
    let refused = world.send(post("/v1/videos", &json!({"url": video(2)}), &key)).await;
    assert_eq!(refused.expect_problem(429, "quota_exceeded").header("retry-after"), "60");
    let batch = json!({"urls": [video(3), video(4)]});
    world
        .send(post("/v1/batches", &batch, &key))
        .await
        .expect_problem(429, "quota_exceeded");
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", b"{}").await;
    world.send(post("/v1/videos", &json!({"url": video(2)}), &key)).await.expect(202);
}

#[tokio::test]
async fn keys_are_made_used_and_revoked() {
    let world = World::new().await;
    let made = world
        .post("/v1/keys", json!({"name": "lab", "scopes": ["read"], "requests_per_minute": 100}))
        .await
        .expect(201);
    let key = format!("Bearer {}", made.text("secret"));
    world.send(get("/v1/jobs", &key)).await.expect(200);
    let listed = world.get("/v1/keys").await.expect(200).json();
    assert_eq!(listed["items"][0]["name"], "lab");
    assert!(listed["items"][0].get("secret").is_none());
    world.delete(&format!("/v1/keys/{}", made.text("id"))).await.expect(204);
    world.send(get("/v1/jobs", &key)).await.expect_problem(401, "unauthenticated");
    for body in [
        json!({"name": "", "scopes": ["read"]}),
        json!({"name": "a", "scopes": []}),
        json!({"name": "a", "scopes": ["root"]}),
        json!({"name": "a", "scopes": ["read"], "requests_per_minute": 0}),
        json!({"name": "a", "scopes": ["read"], "active_jobs_max": -1}),
    ] {
        world.post("/v1/keys", body).await.expect_problem(422, "invalid_body");
    }
}
