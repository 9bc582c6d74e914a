//! The sample settings can be used, and say what is true.

use api::ApiConfig;

#[test]
fn the_sample_is_read_and_shows_the_defaults() {
    let text = include_str!("../../../../deploy/config/api.toml");
    let sample: ApiConfig = toml::from_str(text).unwrap();
    let defaults = ApiConfig::default();
    assert_eq!(
        (sample.limits, sample.guard, sample.dev, sample.log.filter, sample.labelling_version),
        (
            defaults.limits,
            defaults.guard,
            defaults.dev,
            defaults.log.filter,
            defaults.labelling_version
        )
    );
}

#[test]
fn a_setting_nobody_knows_is_refused() {
    for text in ["colour = 1", "[limits]\ncolour = 1", "[guard]\nopen = true", "[dev]\nopen = true"] {
        assert!(toml::from_str::<ApiConfig>(text).is_err(), "{text}");
    }
}
