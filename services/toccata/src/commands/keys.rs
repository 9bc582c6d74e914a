//! `toccata keys`.

use crate::client::Service;
use crate::failure::{Failure, fault};
use catalog::{KeyLimits, NewApiKey};
use clap::{Args, Subcommand};

/// Make the API keys of a service, on the machine that reaches its database
#[derive(Args)]
pub struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a key and print its secret, once
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it may do: submit, read, admin
        #[arg(long, value_delimiter = ',', default_values_t = ["submit".to_owned(), "read".to_owned()])]
        scopes: Vec<String>,
        /// Requests in a minute
        #[arg(long, value_name = "N")]
        requests_per_minute: Option<i64>,
        /// Unfinished jobs at a time
        #[arg(long, value_name = "N")]
        active_jobs_max: Option<i64>,
        /// The service's database: postgres://... or sqlite:FILE
        #[arg(long, value_name = "URL", env = "TOCCATA__CATALOG_URL", hide_env_values = true)]
        catalog: String,
    },
}

impl Keys {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let Command::Create {
            name,
            scopes,
            requests_per_minute,
            active_jobs_max,
            catalog,
        } = self.command;
        let known = api::access::SCOPES.map(api::access::Scope::name);
        if let Some(unknown) = scopes.iter().find(|scope| !known.contains(&scope.as_str())) {
            return Err(Failure::Usage(format!("the scope {unknown:?} is none of {}", known.join(", "))));
        }
        Service::block_on(async {
            let catalog = catalog::open(&catalog, 1).await.map_err(fault)?;
            let secret = api::access::KeySecret::random().map_err(fault)?;
            let key = NewApiKey {
                name,
                secret_sha256: secret.sha256(),
                scopes,
                limits: KeyLimits {
                    requests_per_minute,
                    active_jobs_max,
                },
            };
            let key = catalog.create_key(&key).await.map_err(fault)?;
            eprintln!("{} ({}); the key is shown this once:", key.name, key.id);
            println!("{}", secret.text());
            Ok(())
        })
    }
}
