//! Settings: documented defaults, then the operator's file, then the environment. Unknown names are refused at each step, so a
//! misspelt setting is found at the start and not after a night.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Environment variables that set something begin with this: `TOCCATA__CATALOG__URL` sets `url` in `[catalog]`.
pub const PREFIX: &str = "TOCCATA__";

/// Names the operator's file.
pub const FILE_VARIABLE: &str = "TOCCATA_CONFIG";

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the settings file {path} cannot be read")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the settings file {path} is not TOML")]
    NotToml {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A variable names no setting.
    #[error("the variable {variable} names no setting; there are: {known}")]
    UnknownVariable {
        /// The variable.
        variable: String,
        /// Settings of the section it names.
        known: String,
    },
    /// A setting has a value it cannot have, or does not exist.
    #[error("the settings cannot be used")]
    Invalid {
        /// Which, and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The defaults cannot be written as TOML: a fault of ours.
    #[error("the defaults cannot be written down")]
    Defaults(#[source] Box<toml::ser::Error>),
}

/// The settings of a program: defaults, then the file that `given` or `TOCCATA_CONFIG` names, then the environment.
pub fn load<T: Default + Serialize + DeserializeOwned>(given: Option<&Path>) -> Result<T, ConfigError> {
    let named = given.map(Path::to_owned).or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
    let text = named
        .map(|path| match std::fs::read_to_string(&path) {
            Ok(text) => Ok((path, text)),
            Err(source) => Err(ConfigError::Unreadable { path, source }),
        })
        .transpose()?;
    build(text, environment())
}

#[expect(clippy::disallowed_methods, reason = "this crate is where settings are read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

fn build<T: Default + Serialize + DeserializeOwned>(
    file: Option<(PathBuf, String)>,
    environment: Vec<(String, String)>,
) -> Result<T, ConfigError> {
    let mut settings = Table::try_from(T::default()).map_err(|error| ConfigError::Defaults(Box::new(error)))?;
    if let Some((path, text)) = file {
        let table: Table = text.parse().map_err(|source| ConfigError::NotToml {
            path,
            source: Box::new(source),
        })?;
        overlay(&mut settings, table);
    }
    for (name, value) in environment {
        set::<T>(&mut settings, &name, &value)?;
    }
    settings
        .try_into()
        .map_err(|source| ConfigError::Invalid { source: Box::new(source) })
}

/// Lays one table over another; tables within them likewise.
fn overlay(under: &mut Table, over: Table) {
    for (name, value) in over {
        match (under.get_mut(&name), value) {
            (Some(Value::Table(under)), Value::Table(over)) => overlay(under, over),
            (_, value) => {
                under.insert(name, value);
            }
        }
    }
}

/// Sets what a variable names. Its text is read as what the default is: a number where the default is a number.
fn set<T: DeserializeOwned>(settings: &mut Table, variable: &str, text: &str) -> Result<(), ConfigError> {
    let before = settings.clone();
    let lower = variable[PREFIX.len()..].to_lowercase();
    let mut names: Vec<&str> = lower.split("__").collect();
    let last = names.pop().unwrap_or_default();
    let unknown = |table: &Table| ConfigError::UnknownVariable {
        variable: variable.to_owned(),
        known: table.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
    };
    let mut table = &mut *settings;
    for name in names {
        table = match table.get(name) {
            Some(Value::Table(_)) => table[name]
                .as_table_mut()
                .unwrap_or_else(|| unreachable!("it was a table just now")),
            _ => return Err(unknown(table)),
        };
    }
    let value = match table.get(last) {
        Some(Value::String(_)) => Value::String(text.to_owned()),
        // Anything but text is written as in the file: 3, true, ["a", "b"].
        Some(_) => format!("value = {text}")
            .parse::<Table>()
            .map_err(|source| ConfigError::Invalid { source: Box::new(source) })?
            .remove("value")
            .unwrap_or_else(|| Value::String(text.to_owned())),
        // An optional setting, which is text, or no setting at all: whoever reads the settings knows.
        None => {
            let unknown = unknown(table);
            table.insert(last.to_owned(), Value::String(text.to_owned()));
            let readable = |settings: Table| settings.try_into::<T>().is_ok();
            return if readable(before) && !readable(settings.clone()) {
                Err(unknown)
            } else {
                Ok(())
            };
        }
    };
    table.insert(last.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Settings {
        listen: String,
        slots: u32,
        public_url: Option<String>,
        catalog: Catalog,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Catalog {
        url: String,
        kinds: Vec<String>,
    }

    impl Default for Settings {
        fn default() -> Settings {
            Settings {
                listen: "127.0.0.1:8080".to_owned(),
                slots: 1,
                public_url: None,
                catalog: Catalog::default(),
            }
        }
    }

    impl Default for Catalog {
        fn default() -> Catalog {
            Catalog {
                url: "sqlite:toccata.db".to_owned(),
                kinds: vec![],
            }
        }
    }

    fn check(file: &str, environment: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        build(Some(("settings.toml".into(), file.to_owned())), environment.collect())
    }

    #[test]
    fn the_file_lies_over_the_defaults_and_the_environment_over_the_file() {
        let settings = check(
            "slots = 2\n[catalog]\nurl = 'sqlite:a.db'",
            &[("TOCCATA__CATALOG__URL", "postgres://b"), ("TOCCATA__CATALOG__KINDS", "['label']")],
        )
        .unwrap();
        assert_eq!(settings.listen, "127.0.0.1:8080");
        assert_eq!(settings.slots, 2);
        assert_eq!(settings.catalog.url, "postgres://b");
        assert_eq!(settings.catalog.kinds, ["label"]);
    }

    #[test]
    fn misspelt_settings_are_found() {
        assert!(matches!(check("slot = 2", &[]), Err(ConfigError::Invalid { .. })));
        assert!(matches!(
            check("", &[("TOCCATA__SLOT", "2")]),
            Err(ConfigError::UnknownVariable { .. })
        ));
        assert!(matches!(check("", &[("TOCCATA__SLOTS", "two")]), Err(ConfigError::Invalid { .. })));
        assert!(matches!(check("slots = ", &[]), Err(ConfigError::NotToml { .. })));
    }

    #[test]
    fn a_setting_without_a_default_can_be_set() {
        let settings = check("", &[("TOCCATA__PUBLIC_URL", "https://toccata.example")]).unwrap();
        assert_eq!(settings.public_url.as_deref(), Some("https://toccata.example"));
    }
}
