//! `toccata models`: fetch the models and the runtime, and say what is there.

use crate::failure::{Failure, fault};
use bootstrap::models::{ModelStore, fetch};
use clap::{Args, Subcommand};

/// Fetch models and the runtime library into the cache folder, or list them
#[derive(Args)]
pub struct Models {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Fetch what is missing, check it, and convert it for the runtime
    Fetch,
    /// List what is fetched, from where, under which licence
    List,
}

impl Models {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let store = ModelStore::open().map_err(fault)?;
        match self.action {
            Action::Fetch => fetch_all(&store),
            Action::List => {
                list(&store);
                Ok(())
            }
        }
    }
}

fn fetch_all(store: &ModelStore) -> Result<(), Failure> {
    for package in store.packages() {
        let there = store.is_fetched(package);
        eprintln!(
            "{:<8} {} {} ({})",
            if there { "have" } else { "fetching" },
            package.name,
            package.version,
            package.purpose
        );
        fetch(store, package).map_err(fault)?;
    }
    convert(store)
}

/// Turns fetched weights into graphs the runtime takes, where that has not been done.
fn convert(store: &ModelStore) -> Result<(), Failure> {
    eprintln!("converting transkun's weights, if that has not been done");
    labeler::transcribers::transkun_files(store).map(drop).map_err(fault)
}

fn list(store: &ModelStore) {
    for package in store.packages() {
        let state = if store.is_fetched(package) { "there" } else { "missing" };
        println!(
            "{:<8}{:<32}{:<10}{:<12}{}",
            state, package.name, package.version, package.licence, package.purpose
        );
    }
}
