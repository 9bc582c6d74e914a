//! The schemas, in steps that are added and never edited. Programs of the version before keep running while a step is made.

use crate::CatalogError;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Number, name, and both texts of every migration.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[(
    1,
    "jobs",
    include_str!("../../../migrations/postgres/0001_jobs.sql"),
    include_str!("../../../migrations/sqlite/0001_jobs.sql"),
)];

/// The newest migration's number.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.iter().map(|(number, ..)| *number).max().unwrap_or(0)
}

pub(crate) fn postgres() -> Migrator {
    migrator(|(number, name, postgres, _)| (*number, *name, *postgres))
}

pub(crate) fn sqlite() -> Migrator {
    migrator(|(number, name, _, sqlite)| (*number, *name, *sqlite))
}

fn migrator(of: impl Fn(&(i64, &'static str, &'static str, &'static str)) -> (i64, &'static str, &'static str)) -> Migrator {
    let migration = |(number, name, text): (i64, &'static str, &'static str)| {
        Migration::new(
            number,
            name.into(),
            MigrationType::Simple,
            sqlx::SqlSafeStr::into_sql_str(text),
            false,
        )
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(|one| migration(of(one))).collect())
}

pub(crate) fn failed(error: sqlx::migrate::MigrateError) -> CatalogError {
    let step = "bring the schema up to date";
    match error {
        sqlx::migrate::MigrateError::Execute(error) => crate::sqlx_failure::during(step)(error),
        error => CatalogError::Fault {
            step,
            source: Box::new(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_migration_is_there_for_both_databases_with_rows_for_the_next_one() {
        let expected: Vec<String> = MIGRATIONS
            .iter()
            .map(|(number, name, ..)| format!("{number:04}_{name}.sql"))
            .collect();
        for folder in ["postgres", "postgres/rows", "sqlite", "sqlite/rows"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(folder);
            let entries = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry"));
            let mut names: Vec<String> = entries
                .map(|entry| entry.file_name().into_string().expect("a plain name"))
                .filter(|name| name.ends_with(".sql"))
                .collect();
            names.sort();
            assert_eq!(names, expected, "{}", folder.display());
        }
    }

    #[test]
    fn migrations_are_numbered_from_one_without_gaps() {
        let numbers: Vec<i64> = MIGRATIONS.iter().map(|(number, ..)| *number).collect();
        assert_eq!(numbers, (1..=newest()).collect::<Vec<_>>());
    }
}
