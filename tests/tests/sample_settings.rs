//! The sample settings of deploy/config can be read by the programs they are for.

use bootstrap::service::ServiceConfig;
use std::path::Path;

fn sample<C: ServiceConfig>(name: &str) -> C {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/config").join(name);
    bootstrap::config::load(Some(&path)).unwrap_or_else(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        panic!("{name}: {error}: {cause:?}")
    })
}

#[test]
fn every_program_reads_its_sample() {
    let api: api::ApiConfig = sample("api.toml");
    let labeler: labeler::config::LabelerConfig = sample("labeler.toml");
    let trainer: trainer::config::TrainerConfig = sample("trainer.toml");
    assert_eq!(api.catalog_url, labeler.catalog_url);
    assert_eq!(api.broker_url, trainer.broker_url);
    assert_eq!(api.artifacts, labeler.artifacts);
}

/// What the samples say is the default unless a comment says otherwise.
#[test]
fn samples_tell_the_defaults() {
    let (sample, default): (api::ApiConfig, _) = (sample("api.toml"), api::ApiConfig::default());
    assert_eq!(sample.limits, default.limits);
    assert_eq!(sample.labelling_version, default.labelling_version);
    let (sample, default): (labeler::config::LabelerConfig, _) = (self::sample("labeler.toml"), labeler::config::LabelerConfig::default());
    assert_eq!(sample.label_limits, default.label_limits);
    assert_eq!(sample.host_spacing_secs, default.host_spacing_secs);
    assert_eq!(sample.look_every_secs, default.look_every_secs);
}
