//! The published schema is that of the types. After a change, `UPDATE_SCHEMA=1 cargo test --release -p labeling` writes it anew.

use labeling::performance::{Performance, SCHEMA_VERSION};

#[test]
#[expect(clippy::disallowed_methods, reason = "the one switch of this test is not a setting of the program")]
fn the_published_schema_is_true() {
    let path = format!("{}/../../docs/schema/performance-{SCHEMA_VERSION}.json", env!("CARGO_MANIFEST_DIR"));
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Performance)).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap();
    assert!(
        published == schema,
        "{path} is not the schema of labeling::performance::Performance: write it anew"
    );
}
