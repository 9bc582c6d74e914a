//! The guard: who may be asked. Addresses come from strangers, and must not lead into our own network (server-side request
//! forgery). Names are resolved here, every address they have is looked at, and the connection goes to an address that was
//! looked at, so that a name cannot mean something else a moment later.

use ipnet::IpNet;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Client, Method, Response, redirect};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// What an operator opens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardConfig {
    /// Networks that may be asked although they are private, at any port, without TLS: `127.0.0.1/32`. For tests and labs.
    pub opened_networks: Vec<IpNet>,
    /// Whether public hosts may be asked without TLS.
    pub allow_http: bool,
}

/// Decides who may be asked, and asks.
#[derive(Clone, Debug)]
pub struct Guard {
    config: GuardConfig,
}

/// An address that may not be asked, or could not be.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// Not fetched at all.
    #[error("{url} may not be asked: its scheme is not https{}", if *http_too { " or http" } else { "" })]
    Scheme {
        /// The address.
        url: String,
        /// Whether http would do.
        http_too: bool,
    },
    /// Only the ordinary ports.
    #[error("{url} may not be asked: port {port} is not one of the web's")]
    Port {
        /// The address.
        url: String,
        /// Its port.
        port: u16,
    },
    /// It leads into a private network, or nowhere.
    #[error("{host} may not be asked: it is at {address}, which is not a public address")]
    Private {
        /// The host.
        host: String,
        /// One of its addresses.
        address: IpAddr,
    },
    /// The name has no address.
    #[error("{host} cannot be found")]
    Unresolved {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It sends us round and round.
    #[error("{url} redirects more than {REDIRECTS_MAX} times, or to something that is no address")]
    Redirects {
        /// Where it began.
        url: String,
    },
    /// The request failed.
    #[error("{url} could not be asked")]
    Request {
        /// The address.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
}

impl GuardError {
    /// Whether the address itself is the problem, now and later.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, GuardError::Unresolved { .. } | GuardError::Request { .. })
    }
}

/// Followed by hand, with the same look at each.
const REDIRECTS_MAX: usize = 5;
/// How long a connection, or the name server before it, may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// How long a body may pause.
const READ_PATIENCE: Duration = Duration::from_secs(30);

/// An address that was looked at.
#[derive(Clone, Debug)]
pub struct Vetted {
    url: Url,
    addresses: Vec<SocketAddr>,
    opened: bool,
}

impl Vetted {
    /// Whether all of its addresses are in networks an operator opened.
    pub fn is_opened(&self) -> bool {
        self.opened
    }

    /// Where a connection for it may go, and nowhere else.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

impl Guard {
    /// A guard with what an operator opened.
    pub fn new(config: GuardConfig) -> Guard {
        Guard { config }
    }

    fn is_opened(&self, address: IpAddr) -> bool {
        self.config.opened_networks.iter().any(|network| network.contains(&address))
    }

    /// Looks at an address: scheme, port, and everything its name resolves to.
    pub async fn vet(&self, url: &Url) -> Result<Vetted, GuardError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or(0);
        let addresses = resolve(url, port, &host).await?;
        let opened = addresses.iter().all(|address| self.is_opened(address.ip()));
        let http_too = self.config.allow_http || opened;
        if url.scheme() != "https" && !(http_too && url.scheme() == "http") {
            return Err(GuardError::Scheme {
                url: url.to_string(),
                http_too,
            });
        }
        if !opened && port != 443 && !(http_too && port == 80) {
            return Err(GuardError::Port {
                url: url.to_string(),
                port,
            });
        }
        let private = |address: &&SocketAddr| !self.is_opened(address.ip()) && !is_public(address.ip());
        match addresses.iter().find(private) {
            Some(address) => Err(GuardError::Private {
                host,
                address: address.ip(),
            }),
            None => Ok(Vetted {
                url: url.clone(),
                addresses,
                opened,
            }),
        }
    }

    /// Asks an address and, for GET and HEAD, follows where it leads, looking at each step. The answer's body is not read yet;
    /// `patience` bounds the whole exchange, reading the body included.
    pub async fn ask(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<Response, GuardError> {
        let mut at = url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let vetted = self.vet(&at).await?;
            let response = ask_vetted(&vetted, method.clone(), headers.clone(), body.clone(), patience).await?;
            if !response.status().is_redirection() || method != Method::GET && method != Method::HEAD {
                return Ok(response);
            }
            let target = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let next = target.and_then(|to| at.join(to).ok());
            at = next.ok_or_else(|| GuardError::Redirects { url: url.to_string() })?;
        }
        Err(GuardError::Redirects { url: url.to_string() })
    }
}

/// Answers every question for an address with the ones that were looked at.
struct Pinned(Vec<SocketAddr>);

impl reqwest::dns::Resolve for Pinned {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let addresses: reqwest::dns::Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

async fn resolve(url: &Url, port: u16, host: &str) -> Result<Vec<SocketAddr>, GuardError> {
    let unresolved = |source| GuardError::Unresolved {
        host: host.to_owned(),
        source,
    };
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        Some(Host::Domain(name)) => {
            let found = tokio::time::timeout(CONNECT_PATIENCE, tokio::net::lookup_host((name, port))).await;
            let timed_out = |_| unresolved(std::io::ErrorKind::TimedOut.into());
            found.map_err(timed_out)?.map_err(unresolved)?.collect()
        }
        None => vec![],
    };
    if addresses.is_empty() {
        return Err(unresolved(std::io::Error::other("the name has no address")));
    }
    Ok(addresses)
}

async fn ask_vetted(
    vetted: &Vetted,
    method: Method,
    headers: HeaderMap,
    body: Vec<u8>,
    patience: Duration,
) -> Result<Response, GuardError> {
    let failed = |source| GuardError::Request {
        url: vetted.url.to_string(),
        source,
    };
    // A client for each request: whatever name it asks for, it is given the addresses that were looked at.
    let client = Client::builder()
        .dns_resolver(Arc::new(Pinned(vetted.addresses.clone())))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_PATIENCE)
        .read_timeout(READ_PATIENCE)
        .timeout(patience)
        .user_agent(concat!("toccata/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(failed)?;
    let request = client.request(method, vetted.url.clone()).headers(headers).body(body);
    request.send().await.map_err(failed)
}

/// Networks that are not the public internet (IANA's special-purpose registries), and the IPv6 forms in which an IPv4 address can
/// hide.
const NOT_PUBLIC: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// Whether an address is on the public internet.
pub fn is_public(address: IpAddr) -> bool {
    let address = match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        v4 => v4,
    };
    let networks = NOT_PUBLIC.iter().filter_map(|network| network.parse::<IpNet>().ok());
    !networks.into_iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(opened: &[&str]) -> Guard {
        Guard::new(GuardConfig {
            opened_networks: opened.iter().map(|network| network.parse().unwrap()).collect(),
            allow_http: false,
        })
    }

    async fn vet(guard: &Guard, url: &str) -> Result<Vetted, GuardError> {
        guard.vet(&Url::parse(url).unwrap()).await
    }

    #[test]
    fn every_network_of_the_list_is_one() {
        assert!(NOT_PUBLIC.iter().all(|network| network.parse::<IpNet>().is_ok()));
    }

    #[tokio::test]
    async fn private_addresses_are_refused_in_every_disguise() {
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://10.1.2.3/",
            "https://100.64.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1/",
            "https://172.31.255.255/",
            "https://0.0.0.0/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            // A name that every machine resolves to itself.
            "https://localhost/",
        ] {
            let refused = vet(&guard(&[]), url).await.unwrap_err();
            assert!(
                matches!(refused, GuardError::Private { .. }) && refused.is_refusal(),
                "{url}: {refused}"
            );
        }
    }

    #[tokio::test]
    async fn public_addresses_may_be_asked_by_tls_at_the_usual_port() {
        assert!(vet(&guard(&[]), "https://93.184.216.34/clip.mp4").await.is_ok());
        for (url, refused) in [
            ("http://93.184.216.34/", "scheme"),
            ("ftp://93.184.216.34/", "scheme"),
            ("https://93.184.216.34:5432/", "port"),
        ] {
            let error = vet(&guard(&[]), url).await.unwrap_err().to_string();
            assert!(error.contains(refused), "{url}: {error}");
        }
    }

    #[tokio::test]
    async fn an_operator_can_open_a_network_and_only_that() {
        let guard = guard(&["127.0.0.1/32"]);
        assert!(vet(&guard, "http://127.0.0.1:8080/clip.mp4").await.unwrap().is_opened());
        assert!(vet(&guard, "http://127.0.0.2:8080/clip.mp4").await.is_err());
    }
}
