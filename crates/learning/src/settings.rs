//! Settings that no algorithm can work with, refused by name before anything is begun.

/// A setting out of its range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the setting '{name}' must be {range}, not {value}")]
pub struct SettingsError {
    /// Which.
    pub name: &'static str,
    /// What it may be.
    pub range: &'static str,
    /// What it is.
    pub value: String,
}

/// Every hidden layer has units.
pub(crate) fn layers(name: &'static str, units: &[usize]) -> Result<(), SettingsError> {
    require(
        !units.contains(&0),
        name,
        "units of at least one in each layer",
        format!("{units:?}"),
    )
}

/// At least one.
pub(crate) fn count(name: &'static str, value: usize) -> Result<(), SettingsError> {
    require(value > 0, name, "at least 1", value.to_string())
}

/// Positive and finite.
pub(crate) fn positive(name: &'static str, value: f32) -> Result<(), SettingsError> {
    require(value > 0.0 && value.is_finite(), name, "a positive number", value.to_string())
}

/// From 0 to 1.
pub(crate) fn share(name: &'static str, value: f32) -> Result<(), SettingsError> {
    require((0.0..=1.0).contains(&value), name, "from 0 to 1", value.to_string())
}

/// From 0 to below 1.
pub(crate) fn share_below_one(name: &'static str, value: f32) -> Result<(), SettingsError> {
    require((0.0..1.0).contains(&value), name, "from 0 to below 1", value.to_string())
}

fn require(holds: bool, name: &'static str, range: &'static str, value: String) -> Result<(), SettingsError> {
    if holds { Ok(()) } else { Err(SettingsError { name, range, value }) }
}
