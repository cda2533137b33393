//! Proving by Succinct's Prover Network. The SDK's errors become sentences for people who have an
//! account and do not know the SDK's source.

use super::{Proved, mode, proving};
use crate::key::{self, Embedded};
use crate::output::Output;
use crate::{failure, run};
use sp1_sdk::ProvingKey;
use sp1_sdk::blocking::{NetworkProver, ProveRequest, Prover, ProverClient};
use sp1_sdk::network::signer::NetworkSigner;
use sp1_sdk::network::{Error, NetworkMode, get_default_rpc_url_for_mode};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;
use zklens_sp1::protocol::{Bytes, Execution, Failure, System};

const KEY: &str = "NETWORK_PRIVATE_KEY";
const RPC_URL: &str = "NETWORK_RPC_URL";

/// The time in which a connection must succeed.
const CONNECT: Duration = Duration::from_secs(10);

const ACCOUNT: &str = "the account of this key pays the network in PROVE: make one and fund it at \
                       https://explorer.succinct.xyz, then set NETWORK_PRIVATE_KEY to its private key";

pub(super) fn prove(
    program: &Embedded,
    inputs: &[Bytes],
    system: System,
    execution: &Execution,
    output: &Output,
) -> Result<Proved, Failure> {
    let signer = signer()?;
    let address = signer.address();
    let named = std::env::var(RPC_URL).ok().filter(|url| !url.is_empty());
    let url = named.unwrap_or_else(|| get_default_rpc_url_for_mode(NetworkMode::default()));
    let host = host(&url);
    reach(&url)?;
    output.progress(format!("asking {host} for the balance of {address}"));
    let client = ProverClient::builder()
        .network()
        .rpc_url(&url)
        .signer(signer)
        .build();
    let balance = client
        .get_balance()
        .map_err(|error| sentence(&error, &url))?;
    if balance.is_zero() {
        return Err(failure::network(
            format!("the account {address} has no funds on the Prover Network"),
            ACCOUNT,
        ));
    }
    output.progress("registering the program");
    let key = client
        .setup(program.elf())
        .map_err(|error| failure::engine(format!("{error:#}")))?;
    output.progress(format!("{} on the Prover Network", proving(execution)));
    let proof = request(&client, &key, inputs, system).map_err(|error| sentence(&error, &url))?;
    Ok((key::digest(key.verifying_key()), proof))
}

fn request(
    client: &NetworkProver,
    key: &sp1_sdk::SP1ProvingKey,
    inputs: &[Bytes],
    system: System,
) -> anyhow::Result<sp1_sdk::SP1ProofWithPublicValues> {
    // Simulation is skipped, since the program was run here already.
    let request = client.prove(key, run::stdin(inputs));
    request.mode(mode(system)).skip_simulation(true).run()
}

fn signer() -> Result<NetworkSigner, Failure> {
    let key = std::env::var(KEY).unwrap_or_default();
    if key.is_empty() {
        return Err(failure::network(format!("{KEY} is not set"), ACCOUNT));
    }
    // The SDK's error is not shown, since it might contain part of the key.
    NetworkSigner::local(key.trim()).map_err(|_| {
        failure::network(
            format!("{KEY} is not a private key: expected 64 hexadecimal digits"),
            ACCOUNT,
        )
    })
}

/// The host and port of a URL. Messages show only these, since the rest may contain a password.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// Checks that a server listens at the URL. The SDK would try for minutes before it reports that
/// none does.
fn reach(url: &str) -> Result<(), Failure> {
    let unreachable = |why: String| {
        failure::network(
            format!(
                "the Prover Network cannot be reached at {}: {why}",
                host(url)
            ),
            "check the connection to the internet; NETWORK_RPC_URL names another address",
        )
    };
    let (scheme, _) = url
        .split_once("://")
        .ok_or_else(|| unreachable("this is not a URL".into()))?;
    let authority = host(url);
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let socket = match scheme {
        _ if has_port => authority.to_owned(),
        "http" => format!("{authority}:80"),
        _ => format!("{authority}:443"),
    };
    let addresses = socket
        .to_socket_addrs()
        .map_err(|error| unreachable(error.to_string()))?;
    let mut last = "no address is known for this name".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(_) => return Ok(()),
            Err(error) => last = error.to_string(),
        }
    }
    Err(unreachable(last))
}

/// Explains an error of the SDK to the person who asked for the proof.
fn sentence(error: &anyhow::Error, url: &str) -> Failure {
    let again = "ask again later; https://explorer.succinct.xyz shows your requests";
    let causes = || error.chain();
    match causes().find_map(|cause| cause.downcast_ref::<Error>()) {
        Some(error @ (Error::RequestTimedOut { .. } | Error::RequestExpired { .. })) => {
            return failure::network(
                format!("no prover delivered the proof in time ({error})"),
                again,
            );
        }
        Some(error @ Error::RequestAuctionTimedOut { .. }) => {
            return failure::network(format!("no prover took the request ({error})"), again);
        }
        Some(
            error @ (Error::RequestUnexecutable { .. }
            | Error::RequestUnfulfillable { .. }
            | Error::RequestReverted { .. }
            | Error::SimulationFailed),
        ) => {
            return failure::network(
                format!("the Prover Network gave up on the request ({error})"),
                again,
            );
        }
        Some(Error::RpcError(_) | Error::Other(_)) | None => {}
    }
    let text = format!("{error:#}").replace(url, host(url));
    let lower = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&["insufficient", "balance", "credits", "funds"]) {
        return failure::network(
            format!("the account cannot pay for this proof ({text})"),
            ACCOUNT,
        );
    }
    if says(&[
        "permission denied",
        "unauthenticated",
        "unauthorized",
        "not authorized",
    ]) {
        return failure::network(
            format!("the Prover Network refuses this account ({text})"),
            ACCOUNT,
        );
    }
    if says(&["deadline", "timed out", "timeout"]) {
        return failure::network(
            format!("the Prover Network does not answer in time ({text})"),
            again,
        );
    }
    failure::network(
        format!("the Prover Network at {} cannot be used: {text}", host(url)),
        "check the connection to the internet; NETWORK_RPC_URL names another address",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn an_address_where_nobody_listens_is_unreachable() {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let url = format!("http://{}/", free.expect("a port is free"));
        let failure = reach(&url).expect_err("nobody listens");
        assert!(failure.message.contains("cannot be reached"), "{failure:?}");
        assert!(reach("nonsense").is_err());
        assert!(reach("https://nobody.invalid").is_err());
    }

    #[test]
    fn an_address_where_somebody_listens_is_reached() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        assert_eq!(reach(&format!("http://{address}/rpc?x=1")), Ok(()));
        assert_eq!(reach(&format!("http://me:secret@{address}")), Ok(()));
        drop(listener);
        let failure =
            reach(&format!("http://me:secret@{address}/key")).expect_err("nobody listens");
        assert!(
            failure.message.contains(&address.to_string()),
            "{failure:?}"
        );
        assert!(
            !failure.message.contains("secret") && !failure.message.contains("key"),
            "{failure:?}"
        );
    }

    #[test]
    fn each_error_of_the_network_says_what_to_do() {
        let request_id = vec![7; 32];
        let cases = [
            (
                anyhow::Error::new(Error::RequestTimedOut {
                    request_id: request_id.clone(),
                }),
                "in time",
            ),
            (
                anyhow::Error::new(Error::RequestExpired {
                    request_id: request_id.clone(),
                }),
                "in time",
            ),
            (
                anyhow::Error::new(Error::RequestAuctionTimedOut {
                    request_id: request_id.clone(),
                }),
                "took the request",
            ),
            (
                anyhow::Error::new(Error::RequestUnfulfillable {
                    request_id: request_id.clone(),
                }),
                "gave up on the request",
            ),
            (
                anyhow::Error::new(Error::RequestUnexecutable { request_id }),
                "gave up on the request",
            ),
            (
                anyhow::anyhow!("failed_precondition: insufficient balance"),
                "cannot pay",
            ),
            (
                anyhow::anyhow!("status: Unauthenticated"),
                "refuses this account",
            ),
            (
                anyhow::anyhow!("transport error: deadline has elapsed"),
                "in time",
            ),
            (
                anyhow::anyhow!("dns error").context("transport error"),
                "cannot be used",
            ),
        ];
        for (error, words) in cases {
            let failure = sentence(&error.context("while proving"), "https://rpc");
            assert!(failure.message.contains(words), "{failure:?}");
            assert!(failure.help.is_some());
        }
    }
}
