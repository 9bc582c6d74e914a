//! The published document is that of the code. After a change, `UPDATE_OPENAPI=1 cargo test --release -p api` writes it anew.

use std::path::Path;

#[test]
fn the_published_document_is_that_of_the_code() {
    let document = serde_json::to_value(api::document("")).unwrap();
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    #[expect(clippy::disallowed_methods, reason = "a test's own switch")]
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == text,
        "docs/openapi.json is not that of the code: run UPDATE_OPENAPI=1 cargo test --release -p api"
    );
}

#[test]
fn every_operation_says_how_it_fails_and_what_it_needs() {
    let document = serde_json::to_value(api::document("")).unwrap();
    let mut ids = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"]
                .as_str()
                .unwrap_or_else(|| panic!("{method} {path} has no operationId"));
            ids.push(id.to_owned());
            assert!(operation["summary"].is_string() || operation["description"].is_string(), "{id}");
            if path.starts_with("/v1/") {
                for status in ["401", "403", "429", "503"] {
                    assert!(operation["responses"][status].is_object(), "{id} does not say {status}");
                }
                assert!(operation["security"].is_array(), "{id}");
            }
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are used once");
    assert!(count >= 35, "{count} operations");
}
